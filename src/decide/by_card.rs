use crate::domain::{CardQuery, Coverage, PersonFacts, Registration, Validity};

use super::answer::{Answer, Consented, Newer, Record};

/// Answers a question by what stands on the insured-person's card.
///
/// `people` are all who have a coverage with the key and birth date asked for, each with all their coverages; others among
/// them do no harm, because the match is made here once more, with the branch if the question has one.
///
/// * Nobody matches: 該当資格なし. Two or more people match: 複数該当 (those whose coverage is in force go first).
/// * A matching coverage is in force on the check date: 有効.
/// * None is: 無効（新しい資格あり） if the person has a coverage in force that was acquired later, 無効 otherwise; the
///   record shown is the one asked for, never the newer one.
#[must_use]
pub fn by_card(query: &CardQuery, people: &[PersonFacts]) -> Answer {
    let matches = Match::all(query, people);
    let in_force: Vec<&Match<'_>> = matches.iter().filter(|m| m.coverage().in_force_on(query.check_on)).collect();

    if let Some(best) = in_force.iter().max_by_key(|m| m.coverage().acquired_on) {
        if in_force.iter().any(|m| m.person.id != best.person.id) {
            return Answer::without_record(Validity::SeveralMatch);
        }
        return best.answer(query, Validity::Valid, None);
    }

    let Some(best) = matches.iter().max_by_key(|m| m.recency(query)) else {
        return Answer::without_record(Validity::NoneFound);
    };
    if matches.iter().any(|m| m.person.id != best.person.id) {
        return Answer::without_record(Validity::SeveralMatch);
    }
    let newer = best.newer(query);
    best.answer(query, if newer.is_some() { Validity::InvalidNewerExists } else { Validity::Invalid }, newer)
}

/// A coverage that fits the question, with the person whose it is.
struct Match<'a> {
    person: &'a PersonFacts,
    registration: &'a Registration,
}

impl<'a> Match<'a> {
    fn all(query: &CardQuery, people: &'a [PersonFacts]) -> Vec<Self> {
        let wanted = query.key.search_key();
        let fits = |coverage: &Coverage| {
            coverage.identity.birth_on == query.birth_on
                && (query.key.branch.is_none() || coverage.key.branch.is_none() || coverage.key.branch == query.key.branch)
                && coverage.key.search_key() == wanted
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

    /// Orders coverages that are not in force: one that was lost before one that has not begun, then the latest.
    fn recency(&self, query: &CardQuery) -> (bool, jiff::civil::Date) {
        (self.coverage().lost_on(query.check_on), self.coverage().acquired_on)
    }

    /// Of the person's coverages in force that were acquired later, the latest.
    fn newer(&self, query: &CardQuery) -> Option<Newer> {
        let acquired_on = self.coverage().acquired_on;
        let later =
            |other: &&Registration| other.coverage.in_force_on(query.check_on) && other.coverage.acquired_on > acquired_on;
        let newer = self.person.registrations.iter().filter(later).max_by_key(|other| other.coverage.acquired_on)?;
        Some(Newer { registration: newer.id, insurer: newer.coverage.key.insurer, acquired_on: newer.coverage.acquired_on })
    }

    fn answer(&self, query: &CardQuery, validity: Validity, newer: Option<Newer>) -> Answer {
        // What the card alone opens stays closed here.
        let consented = Consented { limit: query.limit_consent, specific_disease: false };
        let record = Record::on(query.check_on, self.person.id, self.person.protection, self.registration, consented);
        Answer { validity, record: Some(record), newer }
    }
}

#[cfg(test)]
mod tests;
