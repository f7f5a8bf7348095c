//! Answers a question by the data on the insured person's card.

use crate::domain::{CardQuery, Coverage, InstitutionCode, PersonFacts, Registration, Validity};

use super::answer::{Answer, AskerAndDay, ConsentedParts, Other, Record, Relation};

/// Answers a question of `institution` by the data on the insured person's card.
///
/// `people` are all people who have a coverage with the key and birth date of the question, each with all their coverages. More
/// people do no harm: they are matched here once more, with the branch if the question has one.
///
/// * Nobody matches: 該当資格なし. Two or more people match: 複数該当 (people with a coverage in force take precedence).
/// * A matching coverage is in force on the check date: 有効; medical aid without a ticket for the institution: 有効（未登録）.
/// * None is in force: 無効（新しい資格あり） if the person has a coverage in force that was acquired later, 無効 otherwise; the
///   record shown is the one asked for, never the newer one.
#[must_use]
pub fn by_card(query: &CardQuery, institution: Option<InstitutionCode>, people: &[PersonFacts]) -> Answer {
    let matches = Match::all(query, people);
    let in_force: Vec<&Match<'_>> = matches.iter().filter(|m| m.coverage().in_force_on(query.check_on)).collect();

    if let Some(best) = in_force.iter().max_by_key(|m| m.coverage().acquired_on) {
        if in_force.iter().any(|m| m.person.id != best.person.id) {
            return several(in_force.iter().copied());
        }
        let record = best.record(query, institution);
        return Answer { validity: record.validity_in_force(), record: Some(record), others: best.also_in_force(query) };
    }

    let Some(best) = matches.iter().max_by_key(|m| m.recency(query)) else {
        return Answer::without_record(Validity::NoneFound);
    };
    if matches.iter().any(|m| m.person.id != best.person.id) {
        return several(matches.iter());
    }
    let newer = best.newer(query);
    let validity = if newer.is_some() { Validity::InvalidNewerExists } else { Validity::Invalid };
    Answer { validity, record: Some(best.record(query, institution)), others: newer.into_iter().collect() }
}

fn several<'a>(matches: impl Iterator<Item = &'a Match<'a>>) -> Answer {
    let others = matches.map(|one| Other::of(Relation::Matching, one.registration)).collect();
    Answer { others, ..Answer::without_record(Validity::SeveralMatch) }
}

/// A coverage that matches the question, with its person.
struct Match<'a> {
    person: &'a PersonFacts,
    registration: &'a Registration,
}

impl<'a> Match<'a> {
    fn all(query: &CardQuery, people: &'a [PersonFacts]) -> Vec<Self> {
        let fits = |coverage: &Coverage| {
            coverage.identity.birth_on == query.birth_on
                && (query.key.branch.is_none() || coverage.key.branch.is_none() || coverage.key.branch == query.key.branch)
                && coverage.key.is_same_card(&query.key)
        };
        people
            .iter()
            .flat_map(|person| person.registrations.iter().map(move |registration| Match { person, registration }))
            .filter(|m| fits(m.coverage()))
            .collect()
    }

    fn coverage(&self) -> &'a Coverage {
        &self.registration.coverage
    }

    /// Returns the key that orders coverages not in force: lost ones after ones not begun yet, then by date of acquisition; the
    /// greatest is the best.
    fn recency(&self, query: &CardQuery) -> (bool, jiff::civil::Date) {
        (self.coverage().lost_on(query.check_on), self.coverage().acquired_on)
    }

    /// Returns the latest of the person's coverages in force that were acquired later.
    fn newer(&self, query: &CardQuery) -> Option<Other> {
        let acquired_on = self.coverage().acquired_on;
        let later =
            |other: &&Registration| other.coverage.in_force_on(query.check_on) && other.coverage.acquired_on > acquired_on;
        let newer = self.person.registrations.iter().filter(later).max_by_key(|other| other.coverage.acquired_on)?;
        Some(Other::of(Relation::Newer, newer))
    }

    /// Returns the person's other coverages in force on the check date, of any insurer.
    fn also_in_force(&self, query: &CardQuery) -> Vec<Other> {
        let others = self.person.registrations.iter().filter(|other| other.id != self.registration.id);
        let in_force = others.filter(|other| other.coverage.in_force_on(query.check_on));
        in_force.map(|other| Other::of(Relation::AlsoInForce, other)).collect()
    }

    fn record(&self, query: &CardQuery, institution: Option<InstitutionCode>) -> Record {
        let asked = AskerAndDay { institution, check_on: query.check_on };
        // 特定疾病療養受療証 is shown only by マイナンバーカード.
        let consented = ConsentedParts { limit: query.limit_consent, specific_disease: false };
        Record::on(asked, self.person.id, self.person.protection, self.registration, consented)
    }
}

#[cfg(test)]
mod tests;
