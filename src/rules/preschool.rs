//! 未就学者: children before compulsory education pay 2割 (健康保険法110条2項1号ロ).

use jiff::civil::{Date, date};

use super::Rule;
use crate::domain::BirthDate;

/// The ratio of 未就学者.
pub const PRESCHOOL: Rule = Rule {
    name: "preschool",
    source: "健康保険法110条2項1号ロ; 国民健康保険法42条1項2号; 年齢計算ニ関スル法律",
    effective_on: Some(date(2008, 4, 1)),
    english: "2割 until the first 31 March on or after the day on which the child reaches six",
    japanese: "6歳に達する日以後の最初の3月31日までは未就学で、2割",
};

/// Returns the last day, inclusive, on which a child counts as 未就学 (健康保険法110条2項1号ロ, since 2008-04-01): the first 31
/// March on or after the day on which the child reaches six. Born on 1 April 2020: 31 March 2026; born on 2 April 2020: 31 March
/// 2027.
#[must_use]
pub fn preschool_ends(birth: BirthDate) -> Date {
    let six = birth.reaches(6);
    let this_year = date(six.year(), 3, 31);
    if six <= this_year { this_year } else { date(six.year() + 1, 3, 31) }
}

/// Returns whether a person born on `birth` is 未就学 on `day`; false before birth.
#[must_use]
pub fn is_preschool(birth: BirthDate, day: Date) -> bool {
    birth.date() <= day && day <= preschool_ends(birth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn april_first_and_second() {
        let first = BirthDate::new(date(2020, 4, 1)).unwrap();
        assert!(is_preschool(first, date(2026, 3, 31)) && !is_preschool(first, date(2026, 4, 1)));
        let second = BirthDate::new(date(2020, 4, 2)).unwrap();
        assert!(is_preschool(second, date(2027, 3, 31)) && !is_preschool(second, date(2027, 4, 1)));
    }

    #[test]
    fn nobody_is_a_preschool_child_before_birth() {
        let birth = BirthDate::new(date(2026, 11, 10)).unwrap();
        assert!(!is_preschool(birth, date(2026, 11, 9)) && is_preschool(birth, date(2026, 11, 10)));
    }
}
