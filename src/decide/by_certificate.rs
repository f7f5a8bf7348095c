use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{
    CardFacts, CardStanding, CardState, CardUnusable, CertificateQuery, Consent, Consents, LIST_LASTS, PersonFacts,
    Registration, Validity,
};

use super::answer::{Consented, Record};

/// What the national side says about a card that proved to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardAnswer {
    /// Nothing can be said by this card.
    Unusable(CardUnusable),
    /// What holds of its holder.
    Answered {
        /// 資格有効性: 有効, 無効 or 該当資格なし. A card knows one person, so that several never match, and a newer coverage is
        /// what it shows.
        validity: Validity,
        /// The coverages that are shown, in order of acquisition; none for 該当資格なし.
        records: Vec<Record>,
    },
}

/// Answers a question by a card at the time `at`.
///
/// * J-LIS does not know the certificate, says that it is in use no more, or said so too long ago; or the person is protected
///   (自己情報提供不可): no data.
/// * Coverages are in force on the check date: 有効, all of them. Two insurers may both have one; which is right they settle
///   among themselves.
/// * None is: 無効 with the one that was lost last, or else the one that begins first; 該当資格なし when no insurer has registered
///   the person.
#[must_use]
pub fn by_certificate(query: &CertificateQuery, facts: Option<&CardFacts>, at: Timestamp) -> CardAnswer {
    match facts {
        None => CardAnswer::Unusable(CardUnusable::Unknown),
        Some(CardFacts::Standing(standing)) => match unusable(standing, at) {
            Some(reason) => CardAnswer::Unusable(reason),
            None => CardAnswer::Answered { validity: Validity::NoneFound, records: Vec::new() },
        },
        Some(CardFacts::Holder(person)) => by_consent(query.check_on, query.consents, person),
    }
}

/// Answers about a person who showed a card, now or before: the same as by the card itself, but nothing depends on the card any more.
#[must_use]
pub fn by_consent(check_on: Date, consents: Consents, person: &PersonFacts) -> CardAnswer {
    if person.protection.self_information_blocked {
        return CardAnswer::Unusable(CardUnusable::Blocked);
    }
    about(check_on, consents, person)
}

fn unusable(standing: &CardStanding, at: Timestamp) -> Option<CardUnusable> {
    let too_old = standing.as_of.is_some_and(|as_of| as_of.saturating_add(LIST_LASTS).is_ok_and(|end| end < at));
    match standing.state {
        CardState::Revoked(reason) => Some(CardUnusable::Revoked(reason)),
        CardState::Superseded => Some(CardUnusable::Superseded),
        CardState::Good if too_old => Some(CardUnusable::Stale),
        CardState::Good if standing.protection.self_information_blocked => Some(CardUnusable::Blocked),
        CardState::Good => None,
    }
}

fn about(check_on: Date, consents: Consents, person: &PersonFacts) -> CardAnswer {
    let registrations = &person.registrations;
    let in_force: Vec<&Registration> = registrations.iter().filter(|one| one.coverage.in_force_on(check_on)).collect();
    let (validity, shown) = if in_force.is_empty() {
        let shown: Vec<&Registration> = not_in_force(check_on, registrations).into_iter().collect();
        (if shown.is_empty() { Validity::NoneFound } else { Validity::Invalid }, shown)
    } else {
        (Validity::Valid, in_force)
    };
    let consented =
        Consented { limit: consents.has(Consent::Limit), specific_disease: consents.has(Consent::SpecificDisease) };
    let record = |one: &&Registration| Record::on(check_on, person.id, person.protection, one, consented);
    CardAnswer::Answered { validity, records: shown.iter().map(record).collect() }
}

/// Of coverages that are not in force, the one that was lost last; if none was lost yet, the one that begins first.
fn not_in_force(check_on: Date, registrations: &[Registration]) -> Option<&Registration> {
    let lost = |one: &&Registration| one.coverage.lost_on(check_on);
    let last_lost = registrations.iter().filter(lost).max_by_key(|one| one.coverage.loss.map(|loss| loss.on));
    last_lost.or_else(|| registrations.iter().min_by_key(|one| one.coverage.acquired_on))
}

#[cfg(test)]
mod tests;
