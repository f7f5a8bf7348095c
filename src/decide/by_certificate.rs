//! Answers a question by マイナンバーカード.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{
    CardFacts, CardStanding, CardState, CardUnusable, CertificateQuery, Consent, Consents, InstitutionCode, LIST_LASTS,
    PersonFacts, Registration, Validity,
};

use super::answer::{AskerAndDay, ConsentedParts, Record};

/// The national side's answer about a card whose presence was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardAnswer {
    /// The card cannot be used.
    Unusable(CardUnusable),
    /// The data of its holder.
    Answered {
        /// 資格有効性: 有効, 有効（未登録）, 無効 or 該当資格なし. A card belongs to one person, so that 複数該当 is impossible;
        /// it shows the newest coverage, so that 無効（新しい資格あり） is too.
        validity: Validity,
        /// The coverages shown, in order of acquisition; none for 該当資格なし.
        records: Vec<Record>,
    },
}

/// Answers a question of `institution` by a card at the time `at`.
///
/// * No data if J-LIS does not know the certificate, reports it as no longer in use, or last reported too long ago; nor if the
///   person is protected (自己情報提供不可).
/// * Coverages are in force on the check date: 有効, with all of them. Two insurers may both have one, and settle between
///   themselves which is right. If the only one is medical aid without a ticket for the institution: 有効（未登録）.
/// * None is in force: 無効 with the one lost last, or else the one that begins first; 該当資格なし if no insurer has registered
///   the person.
#[must_use]
pub fn by_certificate(
    query: &CertificateQuery,
    institution: Option<InstitutionCode>,
    facts: Option<&CardFacts>,
    at: Timestamp,
) -> CardAnswer {
    match facts {
        None => CardAnswer::Unusable(CardUnusable::Unknown),
        Some(CardFacts::Standing(standing)) => match unusable(standing, at) {
            Some(reason) => CardAnswer::Unusable(reason),
            None => CardAnswer::Answered { validity: Validity::NoneFound, records: Vec::new() },
        },
        Some(CardFacts::Holder(person)) => by_consent(query.check_on, institution, query.consents, person),
    }
}

/// Answers `institution` about a person who showed a card, now or earlier. The answer is that by the card, but no longer depends
/// on the state of the card.
#[must_use]
pub fn by_consent(
    check_on: Date,
    institution: Option<InstitutionCode>,
    consents: Consents,
    person: &PersonFacts,
) -> CardAnswer {
    if person.protection.self_information_blocked {
        return CardAnswer::Unusable(CardUnusable::Blocked);
    }
    about(AskerAndDay { institution, check_on }, consents, person)
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

fn about(asked: AskerAndDay, consents: Consents, person: &PersonFacts) -> CardAnswer {
    let check_on = asked.check_on;
    let consented =
        ConsentedParts { limit: consents.has(Consent::Limit), specific_disease: consents.has(Consent::SpecificDisease) };
    let record = |one: &Registration| Record::on(asked, person.id, person.protection, one, consented);
    let registrations = &person.registrations;
    let in_force = registrations.iter().filter(|one| one.coverage.in_force_on(check_on));
    let records: Vec<Record> = in_force.map(record).collect();
    if let Some(first) = records.first() {
        let any_valid = records.iter().any(|record| record.validity_in_force() == Validity::Valid);
        let validity = if any_valid { Validity::Valid } else { first.validity_in_force() };
        return CardAnswer::Answered { validity, records };
    }
    let last: Vec<Record> = not_in_force(check_on, registrations).into_iter().map(record).collect();
    let validity = if last.is_empty() { Validity::NoneFound } else { Validity::Invalid };
    CardAnswer::Answered { validity, records: last }
}

/// Returns, of coverages not in force, the one lost last; if none was lost yet, the one that begins first.
fn not_in_force(check_on: Date, registrations: &[Registration]) -> Option<&Registration> {
    let lost = |one: &&Registration| one.coverage.lost_on(check_on);
    let last_lost = registrations.iter().filter(lost).max_by_key(|one| one.coverage.loss.map(|loss| loss.on));
    last_lost.or_else(|| registrations.iter().min_by_key(|one| one.coverage.acquired_on))
}

#[cfg(test)]
mod tests;
