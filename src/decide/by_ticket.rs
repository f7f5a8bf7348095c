use jiff::civil::Date;

use crate::domain::{InstitutionCode, Month, PersonFacts, Registration, Validity};

use super::answer::{Answer, Asked, Consented, Record};

/// Answers `institution` about a person whose treatment in the month of `check_on` a welfare office entrusts to it: the medical aid with
/// the ticket, of several the one in force. Nothing of what takes consent is shown.
///
/// * It is in force on the check date: 有効. It has ended or not begun: 無効, without the ticket.
/// * There is no such ticket, or no more: 該当資格なし.
#[must_use]
pub fn by_ticket(check_on: Date, institution: InstitutionCode, person: &PersonFacts) -> Answer {
    let month = Month::of(check_on);
    let entrusted = |one: &&Registration| {
        one.coverage.tickets.iter().any(|ticket| ticket.institution == institution && ticket.month == month)
    };
    let of_several = |one: &&Registration| (one.coverage.in_force_on(check_on), one.coverage.acquired_on);
    let Some(registration) = person.registrations.iter().filter(entrusted).max_by_key(of_several) else {
        return Answer::without_record(Validity::NoneFound);
    };
    let asked = Asked { institution: Some(institution), check_on };
    let consented = Consented { limit: false, specific_disease: false };
    let record = Record::on(asked, person.id, person.protection, registration, consented);
    let in_force = registration.coverage.in_force_on(check_on);
    let validity = if in_force { record.validity_in_force() } else { Validity::Invalid };
    Answer { validity, record: Some(record), others: Vec::new() }
}
