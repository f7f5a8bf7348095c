//! Property tests of limits: they hold for any amounts.

use proptest::prelude::*;

use super::table::tables;
use super::{Ages, Band, BandName, Item, Line, Setting, Terms, band, household};
use crate::domain::{CopayRatio, Month, Yen};

fn every_band() -> impl Iterator<Item = (Month, &'static Band)> {
    tables().iter().flat_map(|table| table.under_70.iter().chain(table.from_70).map(|band| (table.from, band)))
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let bands: Vec<(Month, &'static Band)> = every_band().collect();
    (proptest::sample::select(bands), 0..36_u8, any::<bool>(), any::<bool>()).prop_map(
        |((from, band), later, fourth_month, turns_75)| {
            let month = (0..later).fold(from, |month, _| month.next());
            Terms { month, band, fourth_month, turns_75 }
        },
    )
}

fn any_cost() -> impl Strategy<Value = Yen> {
    prop_oneof![0..3_000_000_u64, 0..=Yen::MOST.amount()].prop_map(Yen::new)
}

proptest! {
    #[test]
    fn caps_never_fall_when_cost_rises(terms in any_terms(), low in any_cost(), more in any_cost()) {
        let high = low + more;
        prop_assert!(terms.household_cap(low).yen <= terms.household_cap(high).yen);
        if let (Some(low), Some(high)) = (terms.outpatient_cap(low), terms.outpatient_cap(high)) {
            prop_assert!(low.yen <= high.yen);
        }
    }

    #[test]
    fn a_cap_is_never_below_its_base(terms in any_terms(), cost in any_cost()) {
        let formula = terms.band.household;
        let base = if terms.turns_75 { formula.base.half() } else { formula.base };
        let reduced = terms.fourth_month && formula.fourth.is_some();
        prop_assert!(reduced || terms.household_cap(cost).yen >= base);
    }

    #[test]
    fn nobody_pays_more_than_the_share_or_the_cap(
        terms in any_terms(),
        cost in any_cost(),
        tenths in 1..=3_i64,
        outpatient in any::<bool>(),
    ) {
        let setting = if outpatient { Setting::Outpatient } else { Setting::Inpatient };
        let item = Item { cost, ratio: CopayRatio::from_tenths(tenths).unwrap(), setting };
        let payment = terms.pay(&item);
        prop_assert!(payment.paid <= item.share() && payment.paid <= terms.household_cap(cost).yen);
        prop_assert_eq!(payment.paid + payment.refund, payment.share);
    }
}

fn any_lines() -> impl Strategy<Value = Vec<Line<'static>>> {
    let line = (proptest::sample::select(vec!["a", "b", "c"]), any::<bool>(), 0..2_000_000_u64, 1..=3_i64, any::<bool>());
    let line = line.prop_map(|(who, under_70, cost, tenths, outpatient)| {
        let setting = if outpatient { Setting::Outpatient } else { Setting::Inpatient };
        // Lines of one person agree.
        let turns_75 = who == "a";
        Line {
            who,
            under_70,
            turns_75,
            item: Item { cost: Yen::new(cost), ratio: CopayRatio::from_tenths(tenths).unwrap(), setting },
        }
    });
    proptest::collection::vec(line, 1..8)
}

proptest! {
    #[test]
    fn a_household_pays_its_shares_at_most_and_the_order_of_lines_is_nothing(lines in any_lines(), fourth_month in any::<bool>()) {
        let month = Month::new(2026, 7);
        let terms = |ages, label| {
            let band = band(month, ages, BandName::Label(label)).unwrap();
            Terms { month, band, fourth_month, turns_75: false }
        };
        let (under_70, from_70) = (terms(Ages::Under70, "ウ"), terms(Ages::From70To74, "一般"));
        let worked = household(Some(&under_70), Some(&from_70), &lines);
        let shares: Yen = lines.iter().map(|line| line.item.share()).sum();
        prop_assert_eq!(worked.share, shares);
        prop_assert_eq!(worked.paid + worked.refund, shares);

        let mut reversed = lines.clone();
        reversed.reverse();
        prop_assert_eq!(household(Some(&under_70), Some(&from_70), &reversed).paid, worked.paid);

        // One more bill never makes a household pay less.
        let fewer = household(Some(&under_70), Some(&from_70), &lines[1..]);
        prop_assert!(fewer.paid <= worked.paid);
    }
}

#[test]
fn tables_follow_each_other_without_gap_or_overlap() {
    let mut month = Month::new(2015, 1);
    while month < Month::new(2030, 1) {
        let of_month: Vec<_> = tables()
            .iter()
            .zip(tables().iter().skip(1).map(|next| Some(next.from)).chain([None]))
            .filter(|(table, next)| table.from <= month && next.is_none_or(|next| month < next))
            .map(|(table, _)| table)
            .collect();
        assert_eq!(of_month.len(), 1, "{month}");
        assert_eq!(super::table_of(month), Some(*of_month[0]), "{month}");
        month = month.next();
    }
    assert_eq!(super::table_of(Month::new(2014, 12)), None);
}

#[test]
fn the_base_is_three_tenths_of_the_start_and_every_amount_can_be_halved() {
    for (from, band) in every_band() {
        let formula = band.household;
        if let Some(start) = formula.start {
            assert_eq!(start.amount() * 3, formula.base.amount() * 10, "{from} {}", band.label);
        }
        let amounts = [Some(formula.base), formula.start, formula.fourth, band.outpatient.map(|cap| cap.monthly)];
        for amount in amounts.into_iter().flatten() {
            assert_eq!(amount.amount() % 2, 0, "{from} {}", band.label);
        }
    }
}

#[test]
fn half_amounts_exist_since_2009_01() {
    let band = band(Month::new(2026, 7), Ages::Under70, BandName::Label("エ")).unwrap();
    for (month, base) in [(Month::new(2008, 12), 57_600), (Month::new(2009, 1), 28_800), (Month::new(2026, 7), 28_800)] {
        let terms = Terms { month, band, fourth_month: false, turns_75: true };
        assert_eq!(terms.household_cap(Yen::ZERO).yen, Yen::new(base), "{month}");
    }
}

#[test]
fn no_code_means_two_bands_of_one_table() {
    for table in tables() {
        let mut codes = std::collections::HashSet::new();
        for code in table.under_70.iter().chain(table.from_70).flat_map(|band| band.codes) {
            assert!(codes.insert(code), "{} {code:?}", table.from);
        }
    }
}
