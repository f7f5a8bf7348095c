//! Ratios change only where a rule says so.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::copay::{NoRatio, ratio_below_75};
use super::late_elderly::{MiddleIncome, late_elderly_ratio};
use crate::domain::{BirthDate, Yen, check_digit, has_valid_check_digit};

/// Days from 2008-04-01 to 2035.
fn any_day() -> impl Strategy<Value = Date> {
    (0..10_000_i32).prop_map(|days| date(2008, 4, 1) + days.days())
}

fn any_birth() -> impl Strategy<Value = BirthDate> {
    (0..40_000_i32).prop_map(|days| BirthDate::new(date(1930, 1, 1) + days.days()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Boundaries are worked out here from the calendar alone: a 1 April, the first of a month, the birth, the 75th birthday.
    #[test]
    fn below_75_the_ratio_changes_only_at_a_boundary(birth in any_birth(), day in any_day(), active in any::<bool>()) {
        let next = day.tomorrow().unwrap();
        let (now, then) = (ratio_below_75(birth, day, active), ratio_below_75(birth, next, active));
        if now == then {
            return Ok(());
        }
        let years = next.year() - birth.date().year();
        let same_day = (next.month(), next.day()) == (birth.date().month(), birth.date().day());
        let leap = (birth.date().month(), birth.date().day()) == (2, 29) && (next.month(), next.day()) == (3, 1);
        match then {
            Ok(_) if now == Err(NoRatio::BeforeBirth) => prop_assert_eq!(next, birth.date()),
            Err(NoRatio::LateElderly) => prop_assert!(years == 75 && (same_day || leap)),
            // School begins at six or seven by the calendar year, 70 in the birthday's month or the one after.
            Ok(_) if years < 10 => {
                prop_assert_eq!((next.month(), next.day()), (4, 1));
                prop_assert!(years == 6 || years == 7);
            }
            Ok(_) => {
                prop_assert_eq!(next.day(), 1);
                prop_assert!(years == 70 || years == 71 && next.month() == 1);
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn from_75_on_the_ratio_changes_only_in_october_2022(
        day in any_day(),
        active in any::<bool>(),
        several in any::<bool>(),
        taxable in 0..2_000_000_u64,
        pension in 0..4_000_000_u64,
    ) {
        let income = MiddleIncome { taxable: Yen::new(taxable), pension_plus_other: Yen::new(pension), several };
        let next = day.tomorrow().unwrap();
        let changes = late_elderly_ratio(day, active, &income) != late_elderly_ratio(next, active, &income);
        prop_assert!(!changes || next == date(2022, 10, 1));
    }

    #[test]
    fn any_changed_digit_breaks_the_check_digit(body in "[0-9]{1,20}", place in 0..21_usize, by in 1..10_u8) {
        let mut number = format!("{body}{}", check_digit(&body).unwrap()).into_bytes();
        prop_assert!(has_valid_check_digit(std::str::from_utf8(&number).unwrap()));
        let place = place % number.len();
        number[place] = b'0' + (number[place] - b'0' + by) % 10;
        prop_assert!(!has_valid_check_digit(std::str::from_utf8(&number).unwrap()));
    }
}
