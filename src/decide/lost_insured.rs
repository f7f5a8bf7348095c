//! Dependants who lose their coverage because the insured person turns 75: their amounts are halved in that month.

use jiff::civil::Date;

use crate::domain::{BirthDate, CardKey, Month, PersonFacts, Relationship, Scheme};
use crate::rules::scheme::late_elderly_begins;

/// Returns the cards of the coverages that the person lost as a dependant in the month of `day`, except on its first day, each
/// with the day of loss. Municipal national health insurance has no dependants in this sense: every member is insured, and stays.
pub fn lost_as_dependant(person: &PersonFacts, day: Date) -> impl Iterator<Item = (&CardKey, Date)> {
    person.registrations.iter().filter_map(move |registration| {
        let coverage = &registration.coverage;
        let lost_on = coverage.loss?.on;
        let scheme = coverage.key.insurer.scheme();
        let has_dependants = !matches!(scheme, Scheme::MunicipalNationalHealth | Scheme::RetiredNationalHealth);
        let is_dependant = coverage.relationship == Some(Relationship::Dependant) && has_dependants;
        let in_month = Month::of(lost_on) == Month::of(day) && lost_on.day() != 1;
        (is_dependant && in_month).then_some((&coverage.key, lost_on))
    })
}

/// Returns whether a dependant lost the coverage on `lost_on` because an insured of the card turned 75; `insured` are the birth
/// dates of the card's insured.
#[must_use]
pub fn lost_with_insured(lost_on: Date, insured: &[BirthDate]) -> bool {
    insured.iter().any(|birth| late_elderly_begins(*birth) == lost_on)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::findings::tests::coverage;
    use crate::domain::{Loss, LossReason, PersonId, Protection, Registration};

    fn lost(insurer: &str, relationship: Relationship, on: Option<Date>, day: Date) -> usize {
        let mut covered = coverage(insurer, date(1960, 3, 3), date(2010, 4, 1));
        covered.relationship = Some(relationship);
        covered.loss = on.map(|on| Loss { on, reason: LossReason::OtherInsurance });
        let registrations = vec![Registration { id: 1, coverage: covered.into(), reference: None }];
        let person = PersonFacts { id: PersonId(1), protection: Protection::default(), registrations };
        lost_as_dependant(&person, day).inspect(|(_, lost_on)| assert_eq!(Some(*lost_on), on)).count()
    }

    #[test]
    fn only_a_dependant_of_an_insured_can_lose_the_insured_in_the_month() {
        use Relationship::{Dependant, Insured};
        let (on, day) = (date(2026, 7, 15), date(2026, 7, 31));
        assert_eq!(lost("06132013", Dependant, Some(on), day), 1);
        assert_eq!(lost("06132013", Dependant, Some(on), date(2026, 7, 1)), 1);
        // 国保組合 has members with families; municipal national health insurance does not.
        assert_eq!(lost("133033", Dependant, Some(on), day), 1);
        assert_eq!(lost("138057", Dependant, Some(on), day), 0);
        assert_eq!(lost("06132013", Insured, Some(on), day), 0);
        assert_eq!(lost("06132013", Dependant, None, day), 0);
        assert_eq!(lost("06132013", Dependant, Some(on), date(2026, 8, 1)), 0);
        assert_eq!(lost("06132013", Dependant, Some(on), date(2025, 7, 15)), 0);
        // With a loss on the first day of a month nobody has two schemes in it.
        assert_eq!(lost("06132013", Dependant, Some(date(2026, 7, 1)), day), 0);
    }

    #[test]
    fn the_insured_of_the_day_is_the_one_who_turns_75_on_it() {
        let born = |year, month, day| BirthDate::new(date(year, month, day)).unwrap();
        let on = date(2026, 7, 15);
        assert!(lost_with_insured(on, &[born(1990, 1, 1), born(1951, 7, 15)]));
        assert!(!lost_with_insured(on, &[born(1951, 7, 14), born(1951, 7, 16), born(1950, 7, 15)]));
        assert!(!lost_with_insured(on, &[]));
    }
}
