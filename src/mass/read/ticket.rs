//! Reads one row of tickets.

use crate::domain::{Beside, InstitutionCode, MedicalTicket, Month, PersonalText, Prescriber, ticket_contradictions};
use crate::mass::rows_of_coverage::PAYERS;
use crate::wire::code;

use super::fields::Fields;

/// Reads a ticket from the fields after the coverage.
pub(super) fn ticket(fields: &mut Fields<'_>) -> Option<MedicalTicket> {
    let kind = fields.code(code::parse_ticket_kind, ("must be 01 or 02", "01か02を書いてください"));
    let month = fields.require(Month::parse);
    let period = fields.period();
    let institution = fields.require(InstitutionCode::parse);
    let institution_name = fields.maybe(PersonalText::parse);
    let issue_number = fields.maybe(PersonalText::parse);
    let prescriber = fields.maybe(InstitutionCode::parse);
    let prescriber_name = fields.maybe(PersonalText::parse);
    let treatment =
        fields.code(code::parse_medical_treatment, ("must be 01, 02, 03, 04 or 05", "01〜05のどれかを書いてください"));
    let self_pay = fields.maybe_yen(MedicalTicket::MOST_SELF_PAY);
    let combined = fields.flag();
    let beside = fields.maybe(beside).unwrap_or_default();
    let inconsistent = fields.flag();
    let district_contact = fields.maybe(PersonalText::parse);
    let handling_contact = fields.maybe(PersonalText::parse);
    let injuries = lines(fields);
    let remarks = lines(fields);
    if prescriber.is_none() && prescriber_name.is_some() {
        fields.fault(("`prescriber_name` needs `prescriber`", "`prescriber_name`には`prescriber`が必要です"));
    }
    ticket_contradictions(kind, prescriber.is_some(), month, period).for_each(|fault| fields.fault(fault));
    Some(MedicalTicket {
        kind: kind?,
        period: period?,
        issue_number,
        month: month?,
        institution: institution?,
        institution_name,
        prescriber: prescriber.map(|institution| Prescriber { institution, name: prescriber_name }),
        injuries,
        treatment: treatment?,
        self_pay,
        district_contact,
        handling_contact,
        combined,
        beside,
        inconsistent,
        remarks,
    })
}

/// Reads three columns that are filled from the first one on.
fn lines(fields: &mut Fields<'_>) -> Vec<PersonalText> {
    let mut lines = Vec::new();
    let mut gap = false;
    for _ in 0..MedicalTicket::LINES {
        match fields.maybe(PersonalText::parse) {
            Some(_) if gap => fields.fault_here(("follows an empty column", "前の列が空です。前から詰めて書いてください")),
            Some(line) => lines.push(line),
            None => gap = true,
        }
    }
    lines
}

fn beside(text: &str) -> Result<Beside, (String, String)> {
    let words: Vec<&str> = text.split(' ').collect();
    let distinct = words.iter().enumerate().all(|(place, word)| !words[..place].contains(word));
    if !distinct || words.iter().any(|word| !PAYERS.contains(word)) {
        let payers = PAYERS.join(", ");
        return Err((
            format!("takes {payers}, each once, with a blank between them"),
            format!("書けるのは次のものです（それぞれ一度、半角空白区切り）: {payers}"),
        ));
    }
    let [social_insurance, infection, elderly_care, prefecture] = PAYERS.map(|payer| words.contains(&payer));
    Ok(Beside { social_insurance, infection, elderly_care, prefecture })
}
