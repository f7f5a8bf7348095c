//! 医療券・調剤券 in an entry that a welfare office sends.

use super::registration_fields::{TicketFields, TicketNameFields};
use super::registration_values::{coded, of};
use crate::domain::{
    Beside, InstitutionCode, MedicalTicket, MedicalTreatment, Month, NoticeRefused, Period, PersonalText, Prescriber,
    TicketKind, TicketName, Yen, ticket_contradictions,
};
use crate::wire::code;

fn kind(path: &str, text: &str) -> Result<TicketKind, NoticeRefused> {
    coded(&format!("{path}.kind"), text, code::parse_ticket_kind, "must be 01 or 02")
}

fn month(path: &str, text: &str) -> Result<Month, NoticeRefused> {
    of(&format!("{path}.month"), Month::parse(text))
}

fn institution(path: &str, field: &str, text: &str) -> Result<InstitutionCode, NoticeRefused> {
    of(&format!("{path}.{field}"), InstitutionCode::parse(text))
}

fn treatment(path: &str, text: &str) -> Result<MedicalTreatment, NoticeRefused> {
    coded(&format!("{path}.treatment"), text, code::parse_medical_treatment, "must be 01, 02, 03, 04 or 05")
}

fn text(path: &str, field: &str, text: Option<&str>) -> Result<Option<PersonalText>, NoticeRefused> {
    of(&format!("{path}.{field}"), text.map(PersonalText::parse).transpose())
}

fn lines(path: &str, field: &str, texts: &[String]) -> Result<Vec<PersonalText>, NoticeRefused> {
    let path = format!("{path}.{field}");
    if texts.len() > MedicalTicket::LINES {
        return of(&path, Err("must have three texts at most"));
    }
    let each = |(place, text): (usize, &String)| of(&format!("{path}[{place}]"), PersonalText::parse(text));
    texts.iter().enumerate().map(each).collect()
}

fn self_pay(path: &str, yen: i64) -> Result<Yen, NoticeRefused> {
    let yen = Yen::try_from(yen).ok().filter(|yen| *yen <= MedicalTicket::MOST_SELF_PAY);
    of(&format!("{path}.self_pay_yen"), yen.ok_or("must be 0 to 10,000,000"))
}

fn prescriber(path: &str, code: Option<&str>, name: Option<&str>) -> Result<Option<Prescriber>, NoticeRefused> {
    let name = text(path, "prescriber_name", name)?;
    match code {
        Some(code) => Ok(Some(Prescriber { institution: institution(path, "prescriber", code)?, name })),
        None if name.is_some() => of(&format!("{path}.prescriber_name"), Err("needs `prescriber`")),
        None => Ok(None),
    }
}

fn beside(path: &str, payers: &[String]) -> Result<Beside, NoticeRefused> {
    let mut beside = Beside::default();
    for (place, payer) in payers.iter().enumerate() {
        match payer.as_str() {
            "social_insurance" => beside.social_insurance = true,
            "infection" => beside.infection = true,
            "elderly_care" => beside.elderly_care = true,
            "prefecture" => beside.prefecture = true,
            _ => {
                let known = "must be social_insurance, infection, elderly_care or prefecture";
                return of(&format!("{path}.beside[{place}]"), Err(known));
            }
        }
    }
    Ok(beside)
}

/// Reads a ticket of a period that has been read.
pub(super) fn ticket(path: &str, fields: &TicketFields, period: Period) -> Result<MedicalTicket, NoticeRefused> {
    let ticket = MedicalTicket {
        kind: kind(path, &fields.kind)?,
        period,
        issue_number: text(path, "issue_number", fields.issue_number.as_deref())?,
        month: month(path, &fields.month)?,
        institution: institution(path, "institution", &fields.institution)?,
        institution_name: text(path, "institution_name", fields.institution_name.as_deref())?,
        prescriber: prescriber(path, fields.prescriber.as_deref(), fields.prescriber_name.as_deref())?,
        injuries: lines(path, "injuries", &fields.injuries)?,
        treatment: treatment(path, &fields.treatment)?,
        self_pay: fields.self_pay_yen.map(|yen| self_pay(path, yen)).transpose()?,
        district_contact: text(path, "district_contact", fields.district_contact.as_deref())?,
        handling_contact: text(path, "handling_contact", fields.handling_contact.as_deref())?,
        combined: fields.combined,
        beside: beside(path, &fields.beside)?,
        inconsistent: fields.inconsistent,
        remarks: lines(path, "remarks", &fields.remarks)?,
    };
    let has_prescriber = ticket.prescriber.is_some();
    let wrong = ticket_contradictions(Some(ticket.kind), has_prescriber, Some(ticket.month), Some(ticket.period)).next();
    match wrong {
        Some((reason, _)) => of(path, Err(reason)),
        None => Ok(ticket),
    }
}

/// Reads how a ticket is named.
pub(super) fn ticket_name(path: &str, fields: &TicketNameFields) -> Result<TicketName, NoticeRefused> {
    let prescriber = fields.prescriber.as_deref().map(|code| institution(path, "prescriber", code)).transpose()?;
    Ok(TicketName {
        kind: kind(path, &fields.kind)?,
        month: month(path, &fields.month)?,
        institution: institution(path, "institution", &fields.institution)?,
        treatment: treatment(path, &fields.treatment)?,
        prescriber,
        issue_number: text(path, "issue_number", fields.issue_number.as_deref())?,
    })
}
