//! 医療券・調剤券 of people on public assistance.

use jiff::civil::Date;

use crate::domain::{
    Beside, InstitutionCode, MedicalTicket, MedicalTreatment, Month, Period, Prescriber, TicketKind, Yen,
    institution_check_digit,
};

use super::draw::Draw;
use super::profile::{Group, Profile};

/// Draws the tickets of the month of `as_of`.
pub(super) fn tickets(draw: &mut Draw, profile: &Profile, prefecture: u8, as_of: Date) -> Vec<MedicalTicket> {
    let month = Month::of(as_of);
    let clinic = |draw: &mut Draw, table: u8| institution(prefecture, table, draw.below(1_000_000));
    match draw.pick(profile.of(Group::TICKET)) {
        1 => vec![ticket(month, clinic(draw, 1), MedicalTreatment::Outpatient)],
        2 => {
            let prescriber = clinic(draw, 1);
            let dispensing = MedicalTicket {
                kind: TicketKind::Dispensing,
                prescriber: Some(Prescriber { institution: prescriber, name: None }),
                ..ticket(month, clinic(draw, 4), MedicalTreatment::Dispensing)
            };
            vec![ticket(month, prescriber, MedicalTreatment::Outpatient), dispensing]
        }
        3 => vec![ticket(month, clinic(draw, 1), MedicalTreatment::Inpatient)],
        4 => vec![ticket(month, clinic(draw, 3), MedicalTreatment::Dental)],
        _ => Vec::new(),
    }
}

/// Makes a ticket for a whole month, for which the patient pays nothing.
pub(super) fn ticket(month: Month, institution: InstitutionCode, treatment: MedicalTreatment) -> MedicalTicket {
    MedicalTicket {
        kind: TicketKind::Treatment,
        period: Period::new(month.first_day(), month.last_day()).expect("a month ends after it begins"),
        issue_number: None,
        month,
        institution,
        institution_name: None,
        prescriber: None,
        injuries: Vec::new(),
        treatment,
        self_pay: Some(Yen::ZERO),
        district_contact: None,
        handling_contact: None,
        combined: false,
        beside: Beside::default(),
        inconsistent: false,
        remarks: Vec::new(),
    }
}

/// Returns an invented institution of a prefecture and a point table.
fn institution(prefecture: u8, table: u8, number: u64) -> InstitutionCode {
    let body = format!("{prefecture:02}{table}{number:06}");
    let digit = institution_check_digit(&body).expect("the body holds a prefecture and a point table");
    InstitutionCode::parse(&format!("{body}{digit}")).expect("the code is made to its form")
}
