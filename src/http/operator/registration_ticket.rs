//! 医療券・調剤券 in an entry that a welfare office sends.

use serde::Deserialize;
use utoipa::ToSchema;

use super::registration_entry::{Reader, coded, of};
use crate::domain::{
    Beside, InstitutionCode, MedicalTicket, MedicalTreatment, Month, NoticeRefused, PersonalText, Prescriber, TicketKind,
    TicketName, Yen, ticket_contradictions,
};
use crate::wire::code;

/// 医療券・調剤券. No other institution than its own is shown it, and only in its month.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketFields {
    /// 医療券・調剤券の別: 01 or 02.
    pub kind: String,
    /// 診療年月, such as 2026-11.
    pub month: String,
    #[schema(format = Date)]
    pub from: String,
    /// Like `from`, a day in `month`.
    #[schema(format = Date)]
    pub through: String,
    /// 交付番号.
    pub issue_number: Option<String>,
    /// 医療機関コード of 指定医療機関.
    pub institution: String,
    /// Its name, as written by the welfare office.
    pub institution_name: Option<String>,
    /// 医療機関コード of 処方箋発行元医療機関; a 調剤券 (02) has one, a 医療券 (01) none.
    pub prescriber: Option<String>,
    /// Its name, as written by the welfare office.
    pub prescriber_name: Option<String>,
    /// 診療別: 01, 02, 03, 04 or 05.
    pub treatment: String,
    /// 本人支払額: 0 to 10,000,000 yen.
    pub self_pay_yen: Option<i64>,
    /// 地区担当員名.
    pub district_contact: Option<String>,
    /// 取扱担当者名.
    pub handling_contact: Option<String>,
    /// 併用 (true) or 単独 (false, the default).
    #[serde(default)]
    pub combined: bool,
    /// 不整合; by default false.
    #[serde(default)]
    pub inconsistent: bool,
    /// The other payers: social_insurance, infection, elderly_care and prefecture.
    #[serde(default)]
    pub beside: Vec<String>,
    /// 傷病名, three at most.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub injuries: Vec<String>,
    /// 備考, three at most.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub remarks: Vec<String>,
}

/// How a ticket is named; each field as it is registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketNameFields {
    /// 医療券・調剤券の別: 01 or 02.
    pub kind: String,
    /// 診療年月, such as 2026-11.
    pub month: String,
    /// 医療機関コード of 指定医療機関.
    pub institution: String,
    /// 診療別: 01, 02, 03, 04 or 05.
    pub treatment: String,
    /// 医療機関コード of 処方箋発行元医療機関, of a 調剤券.
    pub prescriber: Option<String>,
    /// 交付番号, if the ticket has one.
    pub issue_number: Option<String>,
}

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

impl Reader {
    pub(super) fn ticket(&self, path: &str, fields: TicketFields) -> Result<MedicalTicket, NoticeRefused> {
        let ticket = MedicalTicket {
            kind: kind(path, &fields.kind)?,
            period: self.period(path, &fields.from, &fields.through)?,
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
