//! Tests of the findings, and the coverages that other tests build on.

use jiff::civil::{Date, date};

use super::*;
use crate::domain::{
    BirthDate, BranchNumber, CardClass, CardDates, CardKey, CardNumber, CopayRatio, DatedRatio, ElderlyCertificate,
    Identity, InsurerNumber, LimitCategory, LimitCertificate, LimitKind, Loss, LossReason, PersonalText, Relationship, Sex,
};
use crate::rules::registered_category::is_low_income;

pub(super) const TODAY: Date = date(2026, 11, 22);

pub(crate) fn coverage(insurer: &str, birth: Date, acquired_on: Date) -> Coverage {
    Coverage {
        key: CardKey {
            insurer: InsurerNumber::parse(insurer).unwrap(),
            symbol: None,
            number: CardNumber::parse("1").unwrap(),
            branch: Some(BranchNumber::parse("00").unwrap()),
        },
        relationship: Some(Relationship::Insured),
        card_class: CardClass::General,
        identity: Identity {
            name: PersonalText::parse("試験　太郎").unwrap(),
            kana: None,
            other_name: None,
            other_kana: None,
            insured_name: None,
            sex: Sex::Male,
            sex_on_back: None,
            birth_on: BirthDate::new(birth).unwrap(),
            post_number: None,
            address: None,
        },
        acquired_on,
        loss: None,
        card: CardDates::default(),
        ratios: Vec::new(),
        elderly: Vec::new(),
        limits: Vec::new(),
        specific_diseases: Vec::new(),
        tickets: Vec::new(),
    }
}

pub(crate) fn employee(birth: Date) -> Coverage {
    coverage("06132013", birth, date(2010, 4, 1))
}

pub(crate) fn late_elderly(birth: Date, acquired_on: Date) -> Coverage {
    coverage("39131016", birth, acquired_on)
}

pub(super) fn period(from: Date, through: Date) -> Period {
    Period::new(from, through).unwrap()
}

pub(crate) fn limit(category: LimitCategory, from: Date, through: Date) -> LimitCertificate {
    let kind = if is_low_income(category) { LimitKind::LimitAndMeal } else { LimitKind::Limit };
    LimitCertificate { kind, category, issued_on: None, period: period(from, through), long_stay_on: None }
}

/// Returns rule and days of every finding.
pub(super) fn found(coverage: &Coverage) -> Vec<(&'static str, Date, Date)> {
    let found = findings(coverage, &Holder::default(), TODAY);
    found.iter().map(|finding| (finding.rule.name, finding.days.from(), finding.days.through())).collect()
}

#[test]
fn the_old_scheme_ends_on_the_75th_birthday() {
    let mut old = employee(date(1950, 12, 1));
    assert_eq!(found(&old), [("late-elderly-at-75", date(2025, 12, 1), TODAY)]);
    old.loss = Some(Loss { on: date(2025, 12, 2), reason: LossReason::OtherInsurance });
    assert_eq!(found(&old), [("late-elderly-at-75", date(2025, 12, 1), date(2025, 12, 1))]);
    old.loss = Some(Loss { on: date(2025, 12, 1), reason: LossReason::OtherInsurance });
    assert_eq!(found(&old), []);
    // A person who is younger today contradicts nothing, although the coverage has no end yet.
    assert_eq!(found(&employee(date(1951, 11, 23))), []);
    assert_eq!(found(&employee(date(1951, 11, 22))), [("late-elderly-at-75", TODAY, TODAY)]);
}

#[test]
fn nobody_is_late_elderly_at_64_and_a_recognised_disability_may_be_from_65_on() {
    // The first possible day is a reading of ours, so that both coverages begin well away from the 65th birthday in March 2023.
    let mut covered = late_elderly(date(1958, 3, 10), date(2022, 6, 1));
    covered.loss = Some(Loss { on: date(2022, 7, 1), reason: LossReason::Other });
    assert_eq!(found(&covered), [("late-elderly-from-65", date(2022, 6, 1), date(2022, 6, 30))]);
    assert_eq!(found(&late_elderly(date(1958, 3, 10), date(2023, 5, 1))), []);
}

#[test]
fn findings_name_what_is_registered_in_both_languages() {
    let words = |coverage: &Coverage| -> Vec<(String, String)> {
        let found = findings(coverage, &Holder::default(), TODAY);
        found.iter().map(|finding| (finding.registered_english(), finding.registered_japanese())).collect()
    };
    let pair = |english: &str, japanese: &str| vec![(english.to_owned(), japanese.to_owned())];
    let old = employee(date(1950, 12, 1));
    assert!(findings(&old, &Holder::default(), TODAY)[0].open);
    assert_eq!(words(&old), pair("coverage by health-insurance society (組合健保)", "組合健保の資格"));
    let mut late = late_elderly(date(1940, 1, 1), date(2015, 1, 1));
    late.ratios.push(DatedRatio { period: period(date(2026, 8, 1), date(2027, 7, 31)), ratio: CopayRatio::Three });
    late.limits.push(limit(LimitCategory::GeneralTwo, date(2026, 8, 1), date(2027, 7, 31)));
    let both = pair("category general II (一般Ⅱ) and ratio of 30 %", "適用区分「一般Ⅱ」と一部負担金割合3割");
    assert_eq!(words(&late), both);
    assert!(!findings(&late, &Holder::default(), TODAY)[0].open);
}

#[test]
fn two_wari_exists_since_october_2022() {
    let mut covered = late_elderly(date(1940, 1, 1), date(2015, 1, 1));
    covered.ratios.push(DatedRatio { period: period(date(2022, 8, 1), date(2023, 7, 31)), ratio: CopayRatio::Two });
    assert_eq!(found(&covered), [("late-elderly-ratio", date(2022, 8, 1), date(2022, 9, 30))]);
    covered.ratios[0].period = period(date(2022, 10, 1), date(2023, 7, 31));
    assert_eq!(found(&covered), []);
}

#[test]
fn the_elderly_certificate_has_its_age() {
    let certificate = |from, through, ratio| ElderlyCertificate { issued_on: None, period: period(from, through), ratio };
    // Born on 10 January 1953: 70 in January 2023, so from February 2023 until 9 January 2028.
    let mut covered = employee(date(1953, 1, 10));
    covered.elderly.push(certificate(date(2023, 2, 1), date(2028, 1, 9), CopayRatio::Two));
    assert_eq!(found(&covered), []);
    covered.elderly[0].period = period(date(2023, 1, 31), date(2028, 1, 10));
    assert_eq!(
        found(&covered),
        [("elderly-period", date(2023, 1, 31), date(2023, 1, 31)), ("elderly-period", date(2028, 1, 10), date(2028, 1, 10)),]
    );
    covered.elderly[0] = certificate(date(2023, 2, 1), date(2023, 7, 31), CopayRatio::One);
    assert_eq!(found(&covered), [("elderly-ratio", date(2023, 2, 1), date(2023, 7, 31))]);

    // The last birth date of the special measure: 1割 is right.
    let mut special = employee(date(1944, 4, 1));
    special.loss = Some(Loss { on: date(2019, 4, 1), reason: LossReason::OtherInsurance });
    special.elderly.push(certificate(date(2014, 4, 1), date(2019, 3, 31), CopayRatio::One));
    assert_eq!(found(&special), []);

    let mut late = late_elderly(date(1953, 1, 10), date(2024, 6, 15));
    late.elderly.push(certificate(date(2024, 6, 15), date(2025, 7, 31), CopayRatio::Two));
    assert_eq!(found(&late), [("elderly-period", date(2024, 6, 15), date(2025, 7, 31))]);
}

#[test]
fn categories_have_their_age_and_their_time() {
    // 70 in January 2026, so of another age from 1 February 2026 on.
    let mut turning = employee(date(1956, 1, 20));
    turning.limits = vec![limit(LimitCategory::U, date(2025, 8, 1), date(2026, 7, 31))];
    assert_eq!(found(&turning), [("limit-category", date(2026, 2, 1), date(2026, 7, 31))]);
    turning.limits = vec![
        limit(LimitCategory::U, date(2025, 8, 1), date(2026, 1, 31)),
        limit(LimitCategory::General, date(2026, 2, 1), date(2026, 7, 31)),
    ];
    assert_eq!(found(&turning), []);
    // One finding, although a table begins in between.
    turning.limits = vec![limit(LimitCategory::GeneralTwo, date(2026, 2, 1), date(2027, 7, 31))];
    assert_eq!(found(&turning), [("limit-category", date(2026, 2, 1), date(2027, 7, 31))]);

    let mut late = late_elderly(date(1940, 1, 1), date(2015, 1, 1));
    late.limits = vec![limit(LimitCategory::GeneralOne, date(2022, 8, 1), date(2023, 7, 31))];
    assert_eq!(found(&late), [("limit-category", date(2022, 8, 1), date(2022, 9, 30))]);
    late.limits = vec![limit(LimitCategory::General, date(2022, 10, 1), date(2023, 7, 31))];
    assert_eq!(found(&late), [("limit-category", date(2022, 10, 1), date(2023, 7, 31))]);
    late.limits = vec![limit(LimitCategory::ActiveTwo, date(2018, 7, 1), date(2018, 8, 31))];
    assert_eq!(found(&late), [("limit-category", date(2018, 7, 1), date(2018, 7, 31))]);
    // Days before the first table are not known here, so that nothing on them is called wrong.
    late.limits = vec![limit(LimitCategory::LowTwo, date(2014, 8, 1), date(2015, 7, 31))];
    assert_eq!(found(&late), []);
}

#[test]
fn categories_follow_the_ratio_on_the_days_they_share() {
    let mut late = late_elderly(date(1940, 1, 1), date(2015, 1, 1));
    let year = (date(2026, 8, 1), date(2027, 7, 31));
    let ratio = |ratio, from, through| DatedRatio { period: period(from, through), ratio };
    for (registered, category, agrees) in [
        (CopayRatio::One, LimitCategory::GeneralOne, true),
        (CopayRatio::One, LimitCategory::LowOne, true),
        (CopayRatio::One, LimitCategory::LowOnePension, true),
        (CopayRatio::One, LimitCategory::GeneralTwo, false),
        (CopayRatio::Two, LimitCategory::GeneralTwo, true),
        (CopayRatio::Two, LimitCategory::GeneralOne, false),
        (CopayRatio::Two, LimitCategory::LowTwo, false),
        (CopayRatio::Three, LimitCategory::ActiveOne, true),
        (CopayRatio::Three, LimitCategory::LowTwo, false),
        (CopayRatio::Two, LimitCategory::ActiveOne, false),
    ] {
        late.ratios = vec![ratio(registered, year.0, year.1)];
        late.limits = vec![limit(category, year.0, year.1)];
        let expected = if agrees { vec![] } else { vec![("category-follows-ratio", year.0, year.1)] };
        assert_eq!(found(&late), expected, "{registered:?} {category:?}");
    }
    // A ratio that changes on 1 January shares only part of the days.
    late.ratios = vec![
        ratio(CopayRatio::One, date(2026, 8, 1), date(2026, 12, 31)),
        ratio(CopayRatio::Three, date(2027, 1, 1), date(2027, 7, 31)),
    ];
    late.limits = vec![limit(LimitCategory::GeneralOne, year.0, year.1)];
    assert_eq!(found(&late), [("category-follows-ratio", date(2027, 1, 1), date(2027, 7, 31))]);
}

#[test]
fn the_rule_of_a_finding_was_in_force_on_its_days() {
    let effective = |coverage: &Coverage| -> Vec<(Date, Date, Option<Date>)> {
        let found = findings(coverage, &Holder::default(), TODAY);
        found.iter().map(|finding| (finding.days.from(), finding.days.through(), finding.rule.effective_on)).collect()
    };
    // 一般Ⅱ at 70 to 74 is wrong by the rule of 2018-08 and, from 2022-10 on, by that of 2022-10.
    let mut covered = employee(date(1950, 1, 20));
    covered.loss = Some(Loss { on: date(2024, 1, 1), reason: LossReason::Other });
    covered.limits = vec![limit(LimitCategory::GeneralTwo, date(2022, 8, 1), date(2023, 7, 31))];
    assert_eq!(
        effective(&covered),
        [
            (date(2022, 8, 1), date(2022, 9, 30), Some(date(2018, 8, 1))),
            (date(2022, 10, 1), date(2023, 7, 31), Some(date(2022, 10, 1))),
        ]
    );
    covered.limits = vec![limit(LimitCategory::ActiveTwo, date(2015, 8, 1), date(2016, 7, 31))];
    assert_eq!(effective(&covered), [(date(2015, 8, 1), date(2016, 7, 31), Some(date(2015, 1, 1)))]);

    let mut late = late_elderly(date(1940, 1, 1), date(2015, 1, 1));
    late.ratios = vec![DatedRatio { period: period(date(2022, 8, 1), date(2023, 7, 31)), ratio: CopayRatio::Three }];
    late.limits = vec![limit(LimitCategory::LowTwo, date(2022, 8, 1), date(2023, 7, 31))];
    assert_eq!(
        effective(&late),
        [(date(2022, 8, 1), date(2022, 9, 30), None), (date(2022, 10, 1), date(2023, 7, 31), Some(date(2022, 10, 1))),]
    );
    late.limits.clear();
    late.ratios[0].ratio = CopayRatio::Two;
    assert_eq!(effective(&late), [(date(2022, 8, 1), date(2022, 9, 30), Some(date(2008, 4, 1)))]);
}

#[test]
fn our_reading_of_cheaper_meals_is_reported_as_a_reading() {
    let mut covered = employee(date(1980, 1, 1));
    covered.limits = vec![LimitCertificate {
        kind: LimitKind::LimitAndMeal,
        ..limit(LimitCategory::U, date(2026, 8, 1), date(2027, 7, 31))
    }];
    let found = findings(&covered, &Holder::default(), TODAY);
    assert!(!found.is_empty());
    for finding in found {
        assert!(finding.soft);
        assert!(finding.rule.english.contains("a reading of ours") && finding.rule.japanese.contains("解釈した"));
    }
}

#[test]
fn days_outside_the_coverage_are_never_shown_and_so_never_wrong() {
    // ア to オ until January 2026, the month of 70; the coverage ended before February.
    let mut covered = employee(date(1956, 1, 20));
    covered.loss = Some(Loss { on: date(2026, 1, 16), reason: LossReason::Other });
    covered.limits = vec![limit(LimitCategory::U, date(2025, 8, 1), date(2026, 7, 31))];
    assert_eq!(found(&covered), []);
    covered.loss = Some(Loss { on: date(2026, 2, 3), reason: LossReason::Other });
    assert_eq!(found(&covered), [("limit-category", date(2026, 2, 1), date(2026, 2, 2))]);
}

#[test]
fn two_entries_on_one_day_must_agree() {
    let mut late = late_elderly(date(1940, 1, 1), date(2015, 1, 1));
    let entry = |ratio, from, through| DatedRatio { period: period(from, through), ratio };
    late.ratios = vec![
        entry(CopayRatio::One, date(2025, 8, 1), date(2026, 6, 30)),
        entry(CopayRatio::Three, date(2026, 6, 1), date(2026, 7, 31)),
    ];
    assert_eq!(found(&late), [("one-at-a-time", date(2026, 6, 1), date(2026, 6, 30))]);
    late.ratios[1].ratio = CopayRatio::One;
    assert_eq!(found(&late), []);
}
