//! Tests of the monthly calculation.

use super::*;

fn patient(month: &str, category: &str) -> MonthlyQuestion {
    MonthlyQuestion {
        month: month.to_owned(),
        category: category.to_owned(),
        medical_cost: Some(50_000),
        setting: Some("outpatient".to_owned()),
        ..MonthlyQuestion::default()
    }
}

fn household(category: &str, category_under70: &str, age: Option<&str>) -> MonthlyQuestion {
    let line = |who: &str, age: &str| MonthlyLine {
        who: who.to_owned(),
        age: Some(age.to_owned()),
        copay_wari: None,
        setting: "outpatient".to_owned(),
        cost: 80_000,
        turns75_this_month: false,
    };
    MonthlyQuestion {
        month: "2026-07".to_owned(),
        category: category.to_owned(),
        category_under70: Some(category_under70.to_owned()),
        age: age.map(str::to_owned),
        lines: vec![line("祖母", "70plus"), line("父", "under70")],
        ..MonthlyQuestion::default()
    }
}

/// Makes the same household; the father has half amounts.
fn half_of_father(month: &str) -> MonthlyQuestion {
    let mut question = MonthlyQuestion { month: month.to_owned(), ..household("一般", "ウ", None) };
    question.lines[1].turns75_this_month = true;
    question
}

/// Makes a question with an inpatient's sixty meals.
fn meals(month: &str, category: &str, question: MealsQuestion) -> MonthlyQuestion {
    let meals = Some(MealsQuestion { count: 60, ..question });
    MonthlyQuestion { setting: Some("in".to_owned()), meals, ..patient(month, category) }
}

fn field(question: &MonthlyQuestion) -> String {
    question.answer().unwrap_err().field.into_owned()
}

#[test]
fn nobody_but_people_of_70_to_74_shares_an_insurer_with_people_under_70() {
    // 16,000 of 祖母 (2割, below 18,000) and 24,000 of 父 (3割), both below every cap.
    for age in [None, Some("70to74")] {
        assert_eq!(household("一般", "ウ", age).answer().unwrap().payment_yen, 40_000);
        assert_eq!(field(&household("一般Ⅱ", "ウ", age)), "category");
        assert_eq!(field(&household("エ", "ウ", age)), "category");
    }
    for age in ["75plus", "70plus", "under70"] {
        for category in ["一般Ⅱ", "一般", "エ"] {
            assert_eq!(field(&household(category, "ウ", Some(age))), "age", "{category} {age}");
        }
    }
}

#[test]
fn at_70_to_74_the_ratio_is_asked_for_as_long_as_the_birth_date_decided_it() {
    let of = |month: &str, category: &str, age: &str, copay_wari| {
        let age = Some(age.to_owned());
        MonthlyQuestion { age, copay_wari, ..patient(month, category) }
    };
    for category in ["一般", "低所得Ⅱ"] {
        assert_eq!(field(&of("2019-03", category, "70to74", None)), "copay_wari");
        assert_eq!(of("2019-03", category, "70to74", Some(1)).answer().unwrap().share_yen, 5_000);
        assert_eq!(of("2019-04", category, "70to74", None).answer().unwrap().share_yen, 10_000);
        assert_eq!(of("2019-03", category, "75plus", None).answer().unwrap().share_yen, 5_000);
    }
    assert_eq!(of("2019-03", "現役並みⅠ", "70to74", None).answer().unwrap().share_yen, 15_000);
}

#[test]
fn a_ratio_must_go_with_the_category() {
    let of = |category: &str, wari| MonthlyQuestion { copay_wari: Some(wari), ..patient("2026-07", category) };
    for (category, fitting) in
        [("ウ", &[2, 3][..]), ("現役並みⅠ", &[3]), ("一般", &[2]), ("一般Ⅱ", &[2]), ("一般Ⅰ", &[1]), ("低所得Ⅱ", &[1, 2])]
    {
        for wari in 1..=3 {
            let found = of(category, wari).answer().map_err(|fault| fault.field.into_owned());
            let refused = Err("copay_wari".to_owned());
            assert_eq!(found.map(|_| ()), if fitting.contains(&wari) { Ok(()) } else { refused }, "{category} {wari}");
        }
    }
    // The special measure by birth date.
    let general = |month: &str| MonthlyQuestion { age: Some("70to74".to_owned()), ..patient(month, "一般") };
    assert!(MonthlyQuestion { copay_wari: Some(1), ..general("2019-03") }.answer().is_ok());
    assert_eq!(field(&MonthlyQuestion { copay_wari: Some(1), ..general("2019-04") }), "copay_wari");
    let mut both = household("一般", "ウ", None);
    both.lines[1].copay_wari = Some(1);
    let fault = both.answer().unwrap_err();
    assert_eq!(
        (&*fault.field, fault.reason.to_string().as_str()),
        ("lines", "line 2: copay_wari: must be 2 or 3 with the category")
    );
}

#[test]
fn only_a_category_with_an_outpatient_cap_asks_for_the_setting() {
    let of = |month: &str, category: &str| MonthlyQuestion { setting: None, ..patient(month, category) };
    assert!(of("2018-08", "現役並みⅠ").answer().is_ok());
    assert!(of("2018-08", "ウ").answer().is_ok());
    assert_eq!(field(&of("2018-07", "現役並み")), "setting");
    assert_eq!(field(&of("2026-08", "一般Ⅱ")), "setting");
}

#[test]
fn the_lower_yearly_cap_is_told_by_what_people_have() {
    let note = |category: &str| patient("2026-08", category).answer().unwrap().notes.pop().map(|note| note.japanese);
    assert!(note("エ").is_some_and(|text| text.contains("標準報酬月額")));
    assert!(note("一般Ⅰ").is_some_and(|text| text.contains("年収") && !text.contains("標準報酬月額")));
    assert_eq!(note("一般Ⅱ"), None);
}

#[test]
fn readings_of_ours_are_noted_where_they_are_used() {
    let words = |question: MonthlyQuestion| -> Vec<String> {
        question.answer().unwrap().notes.into_iter().map(|note| note.english).collect()
    };
    let half = |question| MonthlyQuestion { turns75_this_month: true, ..question };
    let dialysis = |question| MonthlyQuestion { specific_disease: Some(1), ..question };
    for (question, noted) in [
        (patient("2026-08", "ウ"), &[][..]),
        (half(patient("2026-07", "現役並みⅠ")), &[]),
        (half(patient("2026-08", "現役並みⅠ")), &["halved in the month of the 75th birthday after 2026-08"]),
        (half(patient("2025-09", "一般Ⅱ")), &[]),
        (half(patient("2025-10", "一般Ⅱ")), &[]),
        (dialysis(patient("2026-07", "ウ")), &[]),
        (dialysis(patient("2026-08", "ウ")), &["the amounts of 特定疾病 are the same after 2026-08"]),
        (half(dialysis(patient("2026-07", "現役並みⅠ"))), &[]),
        (half(dialysis(patient("2026-07", "ウ"))), &[]),
        (half(dialysis(patient("2026-07", "ア"))), &["halves the 20,000 yen of 特定疾病"]),
        (half(dialysis(patient("2026-08", "現役並みⅠ"))), &["after 2026-08 too", "are the same after 2026-08"]),
        (patient("2018-07", "現役並み"), &["before 2018-08 are those of 現役並みⅠ"]),
        (patient("2026-07", "A06"), &["オ（境） has the amounts of オ"]),
        (patient("2026-07", "オ（境）"), &["オ（境） has the amounts of オ"]),
        (patient("2026-07", "オ"), &[]),
        (household("一般", "ウ", None), &["joins the items under 70"]),
        (half_of_father("2026-07"), &["joins the items under 70"]),
        (half_of_father("2026-10"), &["410,000", "joins the items under 70", "after 2026-08 too"]),
        (meals("2026-05", "オ", MealsQuestion::default()), &[]),
        (meals("2026-06", "オ", MealsQuestion::default()), &["20 yen more"]),
        (meals("2026-06", "ウ", MealsQuestion::default()), &[]),
        (meals("2026-06", "ウ", MealsQuestion { designated_disease: true, ..MealsQuestion::default() }), &["指定難病"]),
    ] {
        let notes = words(question.clone());
        assert_eq!(notes.len(), noted.len(), "{question:?}: {notes:?}");
        assert!(notes.iter().zip(noted).all(|(note, words)| note.contains(words)), "{question:?}: {notes:?}");
    }
}

#[test]
fn half_amounts_of_one_person_are_told_line_by_line() {
    // 祖母 20 % of 80,000, below 18,000; 父 30 % of 800,000 against 40,050 + (800,000 − 133,500) × 1 % = 46,715 of his own; then both
    // against 80,100 + (880,000 − 267,000) × 1 % = 86,230: 16,000 + 46,715 = 62,715.
    let mut question = half_of_father("2026-07");
    question.lines[1].cost = 800_000;
    let answer = question.answer().unwrap();
    assert_eq!((answer.payment_yen, answer.refund_yen), (62_715, 240_000 - 46_715));
    let own = answer.steps.iter().position(|step| step.english == "父: everything together").unwrap();
    assert_eq!((answer.steps[own].yen, answer.steps[own + 1].yen), (240_000, 46_715));
    assert!(answer.steps[own + 1].english.ends_with("(half of everything: 75th birthday)"));

    let mut both = half_of_father("2026-07");
    both.lines.push(MonthlyLine { turns75_this_month: false, ..both.lines[1].clone() });
    let fault = both.answer().unwrap_err();
    assert_eq!((&*fault.field, &fault.reason.to_string()[..26]), ("lines", "line 3: turns75_this_month"));
    both.lines[2] = MonthlyLine { age: Some("70plus".to_owned()), turns75_this_month: true, ..both.lines[1].clone() };
    assert!(both.answer().unwrap_err().reason.to_string().starts_with("line 3: age: "));
    both.lines.truncate(2);
    assert_eq!(field(&MonthlyQuestion { turns75_this_month: true, ..both }), "turns75_this_month");
}

#[test]
fn below_70_a_share_counts_from_21000_yen_or_half_of_it() {
    let mut question = half_of_father("2026-07");
    question.lines[1].cost = 34_990;
    let left_out = |question: &MonthlyQuestion| {
        let answer = question.answer().unwrap();
        answer.steps.into_iter().find(|step| step.english.contains("does not count")).map(|step| step.english)
    };
    assert_eq!(left_out(&question).unwrap(), "父: share below 10,500, so it does not count in the household's sum");
    question.lines[1].turns75_this_month = false;
    assert_eq!(left_out(&question).unwrap(), "父: share below 21,000, so it does not count in the household's sum");
}

#[test]
fn meals_stand_beside_the_payment() {
    let with = meals("2026-05", "オ", MealsQuestion { long_stay: true, ..MealsQuestion::default() });
    let answer = with.answer().unwrap();
    let found = answer.meals.clone().unwrap();
    assert_eq!((found.meal_yen, found.meals_yen, found.since.as_str()), (190, 60 * 190, "2025-04"));
    // 30 % of 50,000, with meals or without.
    let without = MonthlyQuestion { meals: None, ..with };
    assert_eq!((answer.payment_yen, without.answer().unwrap().payment_yen), (15_000, 15_000));
    assert_eq!(without.answer().unwrap().meals, None);
}

#[test]
fn impossible_meals_name_the_part() {
    let fault = |question: MonthlyQuestion| question.answer().unwrap_err().to_string();
    let none = MealsQuestion::default;
    for count in [0, 94, -1, i64::MAX] {
        let mut question = meals("2026-05", "オ", none());
        question.meals.as_mut().unwrap().count = count;
        assert_eq!(fault(question), "meals: count: must be 1 to 93");
    }
    let certificate = |text: &str| MealsQuestion { certificate: Some(text.to_owned()), ..none() };
    for (question, reason) in [
        (meals("2026-05", "オ", certificate("2")), "meals: certificate: must be 01, 02 or 03"),
        (meals("2026-05", "ウ", certificate("03")), "meals: certificate: 02 and 03 are for オ and 低所得"),
        (meals("2026-05", "ウ", MealsQuestion { long_stay: true, ..none() }), "meals: long_stay: is of オ"),
        (meals("2018-03", "オ", none()), "month: charges of meals are known from 2018-04 on"),
        (MonthlyQuestion { setting: Some("out".to_owned()), ..meals("2026-05", "オ", none()) }, "meals: are for inpatient"),
    ] {
        assert!(fault(question).starts_with(reason), "{reason}");
    }
    let household = MonthlyQuestion { meals: meals("2026-05", "オ", none()).meals, ..household("一般", "ウ", None) };
    assert_eq!(field(&household), "meals");
}
