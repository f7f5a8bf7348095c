//! Rules that a registered 被保険者証区分 must agree with: 特別療養費支給対象者 and short-term cards.

use jiff::civil::{Date, date};

use super::Rule;
use crate::domain::BirthDate;

/// The age of 特別療養費支給対象者.
pub const SPECIAL_EXPENSE_AGE: Rule = Rule {
    name: "special-expense-age",
    source: "国民健康保険法54条の3",
    effective_on: None,
    english: "特別療養費 (05) is not for children, until the first 31 March on or after the day on which the age of 18 is reached",
    japanese: "18歳に達する日以後の最初の3月31日までの人は、特別療養費（05）の対象にならない",
};

/// Returns the last day, inclusive, on which the person cannot be 特別療養費支給対象者: the first 31 March on or after the day on
/// which the age of 18 is reached (国民健康保険法54条の3, as three towns state it; since when is not known to us). Born on 1
/// April 2008: 31 March 2026; born on 2 April 2008: 31 March 2027.
#[must_use]
pub fn special_expense_spares_until(birth: BirthDate) -> Date {
    let eighteen = birth.reaches(18);
    let this_year = date(eighteen.year(), 3, 31);
    if eighteen <= this_year { this_year } else { date(eighteen.year() + 1, 3, 31) }
}

/// 特別療養費 leaves no payment for a limit certificate to cap.
pub const SPECIAL_EXPENSE_LIMIT: Rule = Rule {
    name: "special-expense-limit",
    source: "国民健康保険法54条の3; 高齢者の医療の確保に関する法律82条",
    effective_on: None,
    english: "特別療養費 (05): everything is paid at the counter and reimbursed later, so that no limit certificate is in force",
    japanese: "特別療養費（05）の人は窓口で10割を支払い後で支給を受けるため、有効な限度額適用認定証を持たない",
};

/// Short-term cards are no longer issued.
pub const SHORT_TERM_ENDED: Rule = Rule {
    name: "short-term-ended",
    source: "国民健康保険法（2024年12月2日の改正で短期被保険者証を廃止）",
    effective_on: Some(SHORT_TERM_ENDS),
    english: "short-term cards (短期被保険者証, 03 and 04) are issued no more since 2024-12-02",
    japanese: "短期被保険者証（03・04）は2024年12月2日から交付されない",
};

/// The first day on which no short-term card is issued: the day on which all cards were abolished.
pub const SHORT_TERM_ENDS: Date = date(2024, 12, 2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn april_first_and_second() {
        let spared_until = |year, month, day| special_expense_spares_until(BirthDate::new(date(year, month, day)).unwrap());
        assert_eq!(spared_until(2008, 4, 1), date(2026, 3, 31));
        assert_eq!(spared_until(2008, 4, 2), date(2027, 3, 31));
        assert_eq!(spared_until(2008, 3, 31), date(2026, 3, 31));
        assert_eq!(spared_until(2008, 12, 31), date(2027, 3, 31));
    }
}
