//! Findings: 被保険者証区分 that contradicts age, date of issue or a limit certificate. A class has no dates of its own: it holds
//! from the first day of its card; if that day is not registered, it is known only for the last judged day.

use jiff::civil::Date;

use super::days::{before, days};
use super::finding::Finding;
use crate::decide::registered::Registered;
use crate::domain::{CardClass, Coverage};
use crate::rules::card_class::{
    SHORT_TERM_ENDED, SHORT_TERM_ENDS, SPECIAL_EXPENSE_AGE, SPECIAL_EXPENSE_LIMIT, special_expense_spares_until,
};

/// Returns the findings of the class.
pub(super) fn card_class(coverage: &Coverage, as_of: Date) -> Vec<Finding> {
    let last = coverage.loss.map_or(as_of, |loss| before(loss.on));
    match coverage.card_class {
        CardClass::SpecialExpense => {
            let mut found = limits(coverage, last);
            found.extend(age(coverage, last));
            found
        }
        CardClass::ShortTerm | CardClass::ShortTermRetired => short_term(coverage, last).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns the first day of the card; None if it is not registered.
fn begins(coverage: &Coverage) -> Option<Date> {
    let card = coverage.card;
    card.valid_from.or(card.issued_on).map(|day| day.max(coverage.acquired_on))
}

/// Returns whether a finding that lasts through `through` continues after it.
fn goes_on(coverage: &Coverage, through: Date, last: Date) -> bool {
    coverage.loss.is_none() && through == last
}

fn age(coverage: &Coverage, last: Date) -> Option<Finding> {
    let spared_until = special_expense_spares_until(coverage.identity.birth_on);
    // Without the card's days, a person who is old enough on the last judged day may have received the class recently.
    let from = begins(coverage).or_else(|| (last <= spared_until).then_some(coverage.acquired_on))?;
    let days = days(from, spared_until.min(last))?;
    let open = goes_on(coverage, days.through(), last);
    Some(Finding { open, ..Finding::new(Registered::CardClass(coverage.card_class), days, SPECIAL_EXPENSE_AGE) })
}

fn limits(coverage: &Coverage, last: Date) -> Vec<Finding> {
    let class = Registered::CardClass(coverage.card_class);
    let together = coverage.limits.iter().filter_map(|limit| {
        let (from, through) = (limit.period.from(), limit.period.through());
        let days = match begins(coverage) {
            Some(first) => days(from.max(first), through),
            None => Some(limit.period).filter(|period| period.contains(last)),
        };
        let beside = Some(Registered::Category(limit.category));
        Some(Finding { beside, ..Finding::new(class, days?, SPECIAL_EXPENSE_LIMIT) })
    });
    together.collect()
}

/// Returns a finding for a short-term card issued after they were abolished. A card is never older than its coverage.
fn short_term(coverage: &Coverage, last: Date) -> Option<Finding> {
    let issued = coverage.card.issued_on.unwrap_or(coverage.acquired_on).max(coverage.acquired_on);
    let days = days(issued, last).filter(|_| issued >= SHORT_TERM_ENDS)?;
    let open = goes_on(coverage, days.through(), last);
    Some(Finding { open, ..Finding::new(Registered::CardClass(coverage.card_class), days, SHORT_TERM_ENDED) })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::decide::findings::tests::{TODAY, coverage, found, limit};
    use crate::domain::{CardDates, LimitCategory, Loss, LossReason};

    fn of(class: CardClass, birth: Date, valid_from: Option<Date>) -> Coverage {
        let card = CardDates { valid_from, ..CardDates::default() };
        Coverage { card_class: class, card, ..coverage("138057", birth, date(2015, 4, 1)) }
    }

    #[test]
    fn special_expense_spares_children_until_march_after_18() {
        let age = |day| ("special-expense-age", date(2025, 8, 1), day);
        let card = Some(date(2025, 8, 1));
        // Born on 1 April 2008: until 31 March 2026; a day later: until 31 March 2027.
        let until_march = of(CardClass::SpecialExpense, date(2008, 4, 1), card);
        assert_eq!(found(&until_march), [age(date(2026, 3, 31))]);
        let still = of(CardClass::SpecialExpense, date(2008, 4, 2), card);
        assert_eq!(found(&still), [age(TODAY)]);
        assert!(card_class(&still, TODAY)[0].open && !card_class(&until_march, TODAY)[0].open);
        assert_eq!(found(&of(CardClass::SpecialExpense, date(2008, 4, 1), Some(date(2026, 4, 1)))), []);
        assert_eq!(found(&of(CardClass::General, date(2008, 4, 2), card)), []);
        // Without the card's days: from the beginning of the coverage while the child is spared; once it is not, nothing is
        // known.
        let child = of(CardClass::SpecialExpense, date(2008, 4, 2), None);
        assert_eq!(found(&child), [("special-expense-age", date(2015, 4, 1), TODAY)]);
        assert_eq!(found(&of(CardClass::SpecialExpense, date(2008, 4, 1), None)), []);
    }

    #[test]
    fn special_expense_goes_with_no_limit_certificate() {
        let born = date(1975, 5, 19);
        let mut covered = of(CardClass::SpecialExpense, born, Some(date(2026, 10, 1)));
        covered.limits = vec![limit(LimitCategory::E, date(2026, 8, 1), date(2026, 10, 1))];
        assert_eq!(found(&covered), [("special-expense-limit", date(2026, 10, 1), date(2026, 10, 1))]);
        covered.limits = vec![limit(LimitCategory::E, date(2026, 8, 1), date(2026, 9, 30))];
        assert_eq!(found(&covered), []);
        let words = |covered: &Coverage| card_class(covered, TODAY)[0].registered_japanese();
        covered.limits = vec![limit(LimitCategory::E, date(2026, 11, 1), date(2027, 7, 31))];
        assert_eq!(words(&covered), "被保険者証区分「特別療養費支給対象者」と適用区分「エ」");
        // Without the card's days, only a certificate in force on the last judged day is known to overlap.
        covered.card = CardDates::default();
        assert_eq!(found(&covered), [("special-expense-limit", date(2026, 11, 1), date(2027, 7, 31))]);
        covered.limits = vec![limit(LimitCategory::E, date(2025, 8, 1), date(2026, 7, 31))];
        assert_eq!(found(&covered), []);
    }

    #[test]
    fn short_term_cards_ended_on_2_december_2024() {
        for class in [CardClass::ShortTerm, CardClass::ShortTermRetired] {
            let mut covered = of(class, date(1970, 10, 3), None);
            covered.card.issued_on = Some(date(2024, 12, 1));
            assert_eq!(found(&covered), []);
            covered.card.issued_on = Some(date(2024, 12, 2));
            assert_eq!(found(&covered), [("short-term-ended", date(2024, 12, 2), TODAY)]);
            // A card without a date of issue is at most as old as its coverage.
            covered.card.issued_on = None;
            assert_eq!(found(&covered), []);
            covered.acquired_on = date(2025, 1, 6);
            covered.loss = Some(Loss { on: date(2025, 2, 1), reason: LossReason::Other });
            assert_eq!(found(&covered), [("short-term-ended", date(2025, 1, 6), date(2025, 1, 31))]);
        }
    }
}
