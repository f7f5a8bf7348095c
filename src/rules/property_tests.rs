//! Property tests: ratios change only when a rule says so, day by day over whole lives.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::copay::{NoRatio, ratio_below_75};
use super::late_elderly::{MiddleIncome, late_elderly_ratio};
use crate::domain::{BirthDate, CopayRatio, Yen, check_digit, has_valid_check_digit};

/// Returns every day from 2008-04-01 through 2034-12-31.
fn days() -> impl Iterator<Item = Date> {
    std::iter::successors(Some(date(2008, 4, 1)), |day| day.tomorrow().ok()).take_while(|day| *day < date(2035, 1, 1))
}

/// Returns the days on which the value differs from the day before, with the new value.
fn changes<T: PartialEq + Copy>(of: impl Fn(Date) -> T) -> Vec<(Date, T)> {
    let mut found: Vec<(Date, T)> = Vec::new();
    for day in days() {
        let now = of(day);
        if found.last().is_none_or(|(_, last)| *last != now) {
            found.push((day, now));
        }
    }
    found
}

/// Returns the expected changes for a person born on the given day, by the calendar alone, without the ages computed by the
/// rules.
fn expected(year: i16, month: i8, day: i8, active: bool) -> Vec<(Date, Result<CopayRatio, NoRatio>)> {
    use CopayRatio::{One, Three, Two};
    // Until the end of March of the year of the sixth birthday; people born on 2 April or later have a year more.
    let school = date(year + if (month, day) <= (4, 1) { 6 } else { 7 }, 4, 1);
    let senior = match (month, day) {
        (_, 1) => date(year + 70, month, 1),
        (12, _) => date(year + 71, 1, 1),
        _ => date(year + 70, month + 1, 1),
    };
    // By our reading a person born on 29 February has the birthday on 1 March in a common year.
    let leap = (month, day) == (2, 29) && !date(year + 75, 1, 1).in_leap_year();
    let late = if leap { date(year + 75, 3, 1) } else { date(year + 75, month, day) };
    let of_seniors = match active {
        true => Three,
        false if date(year, month, day) <= date(1944, 4, 1) => One,
        false => Two,
    };
    let steps = [
        (date(1, 1, 1), Err(NoRatio::BeforeBirth)),
        (date(year, month, day), Ok(Two)),
        (school, Ok(Three)),
        (senior, Ok(of_seniors)),
        (late, Err(NoRatio::LateElderly)),
    ];
    let first = date(2008, 4, 1);
    let mut expected: Vec<(Date, Result<CopayRatio, NoRatio>)> = Vec::new();
    for (from, then) in steps {
        if from >= date(2035, 1, 1) {
            break;
        }
        let from = from.max(first);
        if expected.last().is_some_and(|(last, _)| *last == from) {
            expected.pop();
        }
        if expected.last().is_none_or(|(_, last)| *last != then) {
            expected.push((from, then));
        }
    }
    expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn below_75_the_ratio_changes_on_the_days_of_the_law_and_on_no_other(
        year in 1933..2030_i16,
        month in 1..=12_i8,
        // An error of a day shows in the first days of a month, at its end, and on 29 February.
        day in prop_oneof![1..=3_i8, 28..=31_i8, 1..=28_i8],
        active in any::<bool>(),
    ) {
        let Ok(birth) = Date::new(year, month, day) else { return Ok(()) };
        let birth = BirthDate::new(birth).unwrap();
        prop_assert_eq!(changes(|on| ratio_below_75(birth, on, active)), expected(year, month, day, active));
    }

    #[test]
    fn in_late_elderly_care_the_ratio_changes_only_in_october_2022(
        active in any::<bool>(),
        several in any::<bool>(),
        taxable in prop_oneof![Just(279_999_u64), Just(280_000), 0..2_000_000_u64],
        pension in prop_oneof![Just(1_999_999_u64), Just(2_000_000), Just(3_199_999), Just(3_200_000), 0..4_000_000_u64],
    ) {
        let income = MiddleIncome { taxable: Yen::new(taxable), pension_plus_other: Yen::new(pension), several };
        let middle = taxable >= 280_000 && pension >= if several { 3_200_000 } else { 2_000_000 };
        let mut expected = vec![(date(2008, 4, 1), if active { CopayRatio::Three } else { CopayRatio::One })];
        if middle && !active {
            expected.push((date(2022, 10, 1), CopayRatio::Two));
        }
        prop_assert_eq!(changes(|day| late_elderly_ratio(day, active, &income)), expected);
    }
}

proptest! {
    #[test]
    fn any_changed_digit_breaks_the_check_digit(body in "[0-9]{1,20}", place in 0..21_usize, by in 1..10_u8) {
        let mut number = format!("{body}{}", check_digit(&body).unwrap()).into_bytes();
        prop_assert!(has_valid_check_digit(std::str::from_utf8(&number).unwrap()));
        let place = place % number.len();
        number[place] = b'0' + (number[place] - b'0' + by) % 10;
        prop_assert!(!has_valid_check_digit(std::str::from_utf8(&number).unwrap()));
    }
}
