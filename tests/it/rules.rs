//! The law on the command line and over the operator API: case files, and the cost of a month. Amounts are worked out by
//! hand from the tables of the law.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::support::process::{self, shikaku, texts};
use crate::support::{World, root, scratch};

fn case_files() -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(root().join("fixtures/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
    files
}

/// Every kind about settled law. The two other kinds rest on memory, so no case states a value for them.
const KINDS: [&str; 23] = [
    "limit_monthly_under70",
    "patient_payment_70to74",
    "patient_payment_75plus_transitional",
    "patient_payment_70plus",
    "household_refund_75plus",
    "household_payment",
    "limit_specific_disease",
    "meal_charge",
    "category_under70_employee",
    "category_under70_nhi",
    "category_70plus_employee",
    "category_70plus_by_tax",
    "copay_wari_preschool",
    "copay_wari_70to74",
    "copay_wari_75plus",
    "income_70to74_employee",
    "income_70to74_nhi",
    "elderly_certificate_start",
    "scheme_on_date",
    "loss_date",
    "check_digit",
    "check_digit_valid",
    "round_copay_10yen",
];

fn rules(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = shikaku(&[&["rules"], arguments].concat());
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

fn file(text: &str) -> PathBuf {
    let path = scratch("cases").join("cases.csv");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn every_case_of_the_project_holds() {
    let files = case_files();
    let arguments: Vec<&str> = ["check"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let (code, out, err) = rules(&arguments);
    assert_eq!(code, Some(0), "{out}{err}");
    let count: usize = out.split_once(" cases, ").unwrap().0.parse().unwrap();
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    assert_eq!(count, text.lines().count() - files.len(), "every row is a case");
    for kind in KINDS {
        let rows = text.matches(&format!(",{kind},")).count();
        assert!(rows >= 5, "{kind} has {rows} cases");
    }
    assert_eq!(out, format!("{count} cases, {count} hold, 0 fail\n"));
}

#[test]
fn a_failing_case_is_named_with_what_was_found() {
    let path = file(
        "id,kind,input,expected\n\
         good,loss_date,\"{\"\"event\"\":\"\"退職\"\",\"\"event_date\"\":\"\"2026-03-31\"\"}\",2026-04-01\n\
         bad,loss_date,\"{\"\"event\"\":\"\"死亡\"\",\"\"event_date\"\":\"\"2026-03-31\"\"}\",2026-03-31\n\
         worse,loss_date,\"{\"\"event\"\":\"\"死亡\"\",\"\"event_date\"\":\"\"2026-02-30\"\"}\",2026-03-03\n",
    );
    let path = path.to_str().unwrap();
    let (code, out, err) = rules(&["check", path]);
    assert_eq!((code, err.as_str()), (Some(4), ""), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert_eq!(lines[0], format!("{path}:3: bad (loss_date): expected 2026-03-31, found 2026-04-01"));
    assert!(lines[1].starts_with(&format!("{path}:4: worse (loss_date): expected 2026-03-03, found error:event_date: ")));
    assert_eq!(lines[2], "3 cases, 1 hold, 2 fail");

    let (code, out, _) = rules(&["check", "--json", path]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["cases"], &report["failed"]), (Some(4), &json!(3), &json!(2)));
    let failure = &report["files"][0]["report"]["failures"][0];
    assert_eq!((&failure["id"], &failure["line"], &failure["found"]), (&json!("bad"), &json!(3), &json!("2026-04-01")));
}

#[test]
fn what_is_no_case_file_is_refused() {
    let (code, _, err) = rules(&["check", "/nowhere/cases.csv"]);
    assert_eq!(code, Some(3), "{err}");
    let path = file("id,kind,expected\n");
    let (code, _, err) = rules(&["check", path.to_str().unwrap()]);
    assert_eq!(code, Some(4));
    assert!(err.contains("`input` is not there"), "{err}");
    assert_eq!(rules(&["check"]).0, Some(2));
}

#[test]
fn a_month_is_worked_out_on_the_command_line() {
    // 85,800 + (1,000,000 − 286,000) × 1 % = 92,940 of a share of 300,000.
    let arguments = ["limit", "--month", "2026-08", "--category", "A03", "--medical-cost", "1000000"];
    for (language, words) in [("ja", "最終的な負担"), ("en", "paid in the end")] {
        let (code, out, err) = rules(&[&arguments[..], &["--lang", language]].concat());
        assert_eq!(code, Some(0), "{err}");
        let amount = |words: &str| out.lines().find(|line| line.contains(words)).unwrap().split_whitespace().last().unwrap();
        assert_eq!(amount(words), "92,940", "{out}");
        assert!(out.contains("令和8年政令第240号") && out.contains("530,000") && out.contains("300,000"), "{out}");
        let ends: Vec<usize> = out.lines().filter(|line| line.starts_with("  ")).map(UnicodeWidthStr::width).collect();
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{out}");
    }
    let (_, out, _) = rules(&[&arguments[..], &["--json", "--multiple"]].concat());
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["payment_yen"], &answer["refund_yen"]), (&json!(44_400), &json!(255_600)));

    // 夫 30,000 and 妻 20,000 at 1割, capped at 22,000 a person since 2026-08.
    let lines = ["--line", "夫,out,300000", "--line", "妻,out,200000", "--lang", "ja"];
    let (code, out, err) = rules(&[&["limit", "--month", "2026-08", "--category", "一般Ⅰ"], &lines[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("夫: 外来の一部負担金の合計") && out.contains("42,000") && out.contains("8,000"), "{out}");
}

#[test]
fn half_amounts_and_meals_are_told_on_the_command_line() {
    // 夫 turns 75: 9,000 as an outpatient; 妻 18,000.
    let lines = ["--line", "夫,out,200000,,,turns75", "--line", "妻,out,200000"];
    let (code, out, err) = rules(&[&["limit", "--month", "2026-07", "--category", "一般Ⅰ", "--json"], &lines[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["payment_yen"], &answer["meals"]), (&json!(27_000), &Value::Null));

    let base = ["limit", "--month", "2026-05", "--category", "オ", "--medical-cost", "100000", "--meals", "60"];
    for (more, meal, all) in [
        (&[][..], "240", "14,400"),
        (&["--long-stay"], "190", "11,400"),
        (&["--certificate", "01"], "510", "30,600"),
        (&["--certificate", "01", "--designated-disease"], "300", "18,000"),
    ] {
        for (language, words) in [("ja", ["食事1食", "食事の合計"]), ("en", ["one meal", "all meals"])] {
            let (code, out, err) = rules(&[&base[..], more, &["--lang", language]].concat());
            assert_eq!(code, Some(0), "{err}");
            let amount = |words: &str| out.lines().find(|line| line.contains(words)).unwrap().split_whitespace().last();
            assert_eq!(words.map(amount), [Some(meal), Some(all)], "{out}");
            assert!(out.contains("健康保険法85条2項") && out.contains("2025-04"), "{out}");
        }
    }
    for (more, told) in [
        (&["--meals", "94"][..], "--meals: must be 1 to 93"),
        (&["--certificate", "04", "--meals", "3"], "--certificate: must be 01, 02 or 03"),
        (&["--long-stay", "--certificate", "01", "--meals", "3"], "--long-stay: is of オ"),
        (&["--line", "夫,out,1000,,,turns76"], "WHO,SETTING,COST"),
        (&["--line", "夫,out,1000,,,turns75", "--line", "夫,in,1000"], "--line: line 2: turns75: must be the same"),
    ] {
        let cost = if more.contains(&"--line") { &[][..] } else { &["--medical-cost", "1000"] };
        let (code, _, err) = rules(&[&base[..5], cost, more].concat());
        assert_eq!(code, Some(2), "{more:?}");
        assert!(err.contains(told), "{more:?}: {err}");
    }
    // Options about meals need --meals.
    assert_eq!(rules(&[&base[..7], &["--long-stay"]].concat()).0, Some(2));
}

#[test]
fn an_impossible_month_names_the_field() {
    let base = ["limit", "--month", "2026-08", "--category", "一般Ⅱ", "--medical-cost", "1000", "--setting", "outpatient"];
    assert_eq!(rules(&base).0, Some(0));
    for (place, value, field) in [
        (2, "2026-13", "month"),
        (2, "2014-12", "month"),
        (4, "カ", "category"),
        (4, "A07", "category"),
        (6, "-1", "medical-cost"),
        (6, "1000000000001", "medical-cost"),
        (8, "home", "setting"),
    ] {
        let mut arguments = base;
        arguments[place] = value;
        let (code, _, err) = rules(&arguments);
        assert_eq!(code, Some(2), "{value}: {err}");
        // The category is repeated as it was typed.
        let typed = if field == "category" { format!(" {value}") } else { String::new() };
        assert!(err.starts_with(&format!("shikaku: --{field}{typed}: ")), "{value}: {err}");
    }
    for (more, field) in [
        (&["--copay-wari", "4"][..], "copay-wari"),
        (&["--copay-wari", "1"], "copay-wari"),
        (&["--age", "70to74"], "category 一般Ⅱ"),
        (&["--age", "old"], "age"),
        (&["--specific-disease", "4"], "specific-disease"),
        (&["--category-under70", "ア"], "category 一般Ⅱ"),
    ] {
        let (code, _, err) = rules(&[&base[..], more].concat());
        assert_eq!(code, Some(2), "{more:?}: {err}");
        assert!(err.starts_with(&format!("shikaku: --{field}: ")), "{more:?}: {err}");
    }
    let (code, _, err) = rules(&["limit", "--month", "2026-08", "--category", "ア", "--line", "夫,out"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("WHO,SETTING,COST"), "{err}");
    let (code, _, err) = rules(&["limit", "--month", "2026-07", "--category", "ウ", "--line", "夫,out,1000,under70,1"]);
    assert_eq!(code, Some(2));
    assert!(err.starts_with("shikaku: --line: line 1: WARI: must be 2 or 3"), "{err}");
    let (_, _, err) = rules(&["limit", "--month", "2026-07", "--category", "ウ", "--medical-cost", "abc"]);
    assert!(err.contains("--medical-cost") && err.contains("whole number"), "{err}");
    for (month, category, when) in [
        ("2022-09", "一般Ⅱ", "it exists from 2022-10 until 2027-07"),
        ("2018-08", "現役並み", "it exists until 2018-07"),
        ("2027-08", "ウ", "it exists until 2027-07"),
    ] {
        let (_, _, err) = rules(&["limit", "--month", month, "--category", category, "--medical-cost", "1"]);
        assert!(err.contains(when), "{err}");
    }
}

#[test]
fn the_table_tells_since_when_its_amounts_are() {
    let head = |month: &str, category: &str, language: &str| {
        let arguments = ["limit", "--month", month, "--category", category, "--medical-cost", "1", "--setting", "out"];
        let (_, out, err) = rules(&[&arguments[..], &["--copay-wari", "2", "--lang", language]].concat());
        out.lines().next().unwrap_or(&err).to_owned()
    };
    assert_eq!(head("2026-07", "ウ", "en"), "2026-07 ウ (amounts since 2015-01)");
    assert_eq!(head("2026-08", "ウ", "ja"), "2026-08 ウ（2026-08からの額）");
    // Amounts from 70 on are older than the tables.
    assert_eq!(head("2026-07", "低所得Ⅱ", "en"), "2026-07 低所得Ⅱ (amounts since 2015-01 at the latest)");
    assert_eq!(head("2026-07", "低所得Ⅱ", "ja"), "2026-07 低所得Ⅱ（遅くとも2015-01からの額）");
}

async fn monthly(world: &World, question: &Value) -> (u16, Value) {
    let address = world.app.operator_addr().to_string();
    let headers = [("content-type", "application/json")];
    let (status, text, _) = process::http(&address, "POST", "/api/limits/monthly", &headers, &question.to_string()).await;
    (status, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn the_operator_api_works_a_month_out() {
    let world = World::start().await;
    for (question, payment, refund) in [
        // The ministry's example of the 75th birthday: half of 167,400 and of 558,000.
        (
            json!({"month": "2018-08", "category": "現役並みⅡ", "medical_cost": 336_000, "setting": "inpatient",
                   "turns75_this_month": true}),
            84_270,
            16_530,
        ),
        // The ministry's example of the same month with 配慮措置: 6,000 + (40,000 − 30,000) × 10 %, of a share of 8,000.
        (
            json!({"month": "2023-04", "category": "一般Ⅱ", "medical_cost": 40_000, "setting": "out", "turns75_this_month": true}),
            7_000,
            1_000,
        ),
        // 特定疾病 in that month.
        (
            json!({"month": "2026-07", "category": "ウ", "medical_cost": 400_000, "specific_disease": 1,
                   "turns75_this_month": true}),
            5_000,
            115_000,
        ),
        // 父 has half amounts: his 60,000 against 40,050 + (200,000 − 133,500) × 1 % = 40,715; 子 30,000; together below 82,430.
        (
            json!({"month": "2026-07", "category": "ウ", "lines": [
                {"who": "父", "setting": "in", "cost": 200_000, "turns75_this_month": true},
                {"who": "子", "setting": "out", "cost": 100_000}]}),
            70_715,
            19_285,
        ),
        // Meals are not part of the payment.
        (
            json!({"month": "2026-05", "category": "オ", "medical_cost": 100_000,
                   "meals": {"count": 90, "certificate": "02", "long_stay": true}}),
            30_000,
            0,
        ),
        // 配慮措置: 6,000 + (50,000 − 30,000) × 10 % until 2025-09, the share of 10,000 from 2025-10 on.
        (json!({"month": "2025-09", "category": "B09", "medical_cost": 50_000, "setting": "outpatient"}), 8_000, 2_000),
        (json!({"month": "2025-10", "category": "B09", "medical_cost": 50_000, "setting": "outpatient"}), 10_000, 0),
        // 特定疾病.
        (json!({"month": "2026-07", "category": "ア", "medical_cost": 400_000, "specific_disease": 1}), 20_000, 100_000),
        (json!({"month": "2026-07", "category": "ウ", "medical_cost": 400_000, "specific_disease": 1}), 10_000, 110_000),
        // 低所得: the age decides the ratio.
        (
            json!({"month": "2026-07", "category": "低所得Ⅱ", "age": "75plus", "medical_cost": 50_000, "setting": "in"}),
            5_000,
            0,
        ),
        (
            json!({"month": "2026-07", "category": "低所得Ⅱ", "age": "70to74", "medical_cost": 50_000, "setting": "in"}),
            10_000,
            0,
        ),
        // A line has the ratio of its own age, whatever age the question names.
        (
            json!({"month": "2026-07", "category": "低所得Ⅱ", "age": "70to74", "category_under70": "オ", "lines": [
                {"who": "祖母", "age": "70plus", "setting": "out", "cost": 30_000},
                {"who": "父", "age": "under70", "setting": "in", "cost": 80_000}]}),
            // 6,000 of 祖母 (2割), 24,000 of 父 (3割), below every cap.
            30_000,
            0,
        ),
        // Both ages: 30,000 of 祖母 (70–74, 2割, outpatient cap 18,000), 父 60,000, 子 9,000 which does not count:
        // 18,000 + 60,000 = 78,000 stay below 80,100, so that only 12,000 are refunded.
        (
            json!({"month": "2026-07", "category": "一般", "category_under70": "ウ", "lines": [
                {"who": "祖母", "age": "70plus", "setting": "out", "cost": 150_000},
                {"who": "父", "age": "under70", "setting": "in", "cost": 200_000},
                {"who": "子", "age": "under70", "setting": "out", "cost": 30_000}]}),
            87_000,
            12_000,
        ),
    ] {
        let (status, answer) = monthly(&world, &question).await;
        assert_eq!(
            (status, &answer["payment_yen"], &answer["refund_yen"]),
            (200, &json!(payment), &json!(refund)),
            "{question}"
        );
        let steps = answer["steps"].as_array().unwrap();
        let yen_of = |words: &str| steps.iter().rfind(|step| step["english"] == words).unwrap()["yen"].clone();
        assert_eq!((yen_of("paid in the end"), yen_of("refunded, or not asked for")), (json!(payment), json!(refund)));
    }
    world.stop().await;
}

#[tokio::test]
async fn the_operator_api_names_the_field_that_is_wrong() {
    let world = World::start().await;
    let base = json!({"month": "2026-08", "category": "ウ", "medical_cost": 1_000});
    let line = json!({"who": "a", "setting": "out", "cost": 1});
    for (field, value) in [
        ("month", json!("2026-8")),
        ("month", json!(202_608)),
        ("category", json!("B99")),
        ("medical_cost", json!(-1)),
        ("medical_cost", json!(1.5)),
        ("medical_cost", json!(1_000_000_000_001_i64)),
        ("copay_wari", json!(0)),
        ("setting", json!("bed")),
        ("multiple", json!("yes")),
        ("colour", json!("red")),
        ("lines", json!([line])),
    ] {
        let mut question = base.clone();
        question[field] = value;
        let (status, problem) = monthly(&world, &question).await;
        assert_eq!((status, &problem["code"]), (400, &json!("SHK4003")), "{question}");
        assert!(problem["detail"].as_str().unwrap().contains(field), "{field}: {problem}");
    }
    for (question, field) in [
        (json!({"month": "2026-05", "category": "ウ", "medical_cost": 1, "meals": {"count": 0}}), "meals: count"),
        (json!({"month": "2026-05", "category": "ウ", "medical_cost": 1, "meals": {"count": 1, "menu": "rice"}}), "menu"),
        (json!({"month": "2026-05", "category": "ウ", "medical_cost": 1, "meals": 3}), "meals"),
        (
            json!({"month": "2026-08", "category": "ウ", "turns75_this_month": true, "lines": [line.clone()]}),
            "turns75_this_month",
        ),
        (json!({"month": "2026-08", "category": "ウ"}), "medical_cost"),
        (json!({"category": "ウ", "medical_cost": 1}), "month"),
        (json!({"month": "2026-08", "category": "低所得Ⅱ", "medical_cost": 1, "setting": "in"}), "copay_wari"),
        (json!({"month": "2026-08", "category": "一般Ⅱ", "medical_cost": 1}), "setting"),
        (
            json!({"month": "2026-08", "category": "ウ", "lines": [{"who": "a", "setting": "out", "cost": -1}]}),
            "line 1: cost",
        ),
        (json!({"month": "2026-08", "category": "ウ", "lines": vec![line.clone(); 1_001]}), "lines"),
        (json!({"month": "2026-08", "category": "ウ", "lines": [{"who": "", "setting": "out", "cost": 1}]}), "lines"),
        (
            json!({"month": "2026-08", "category": "ウ", "lines": [{"who": "a", "age": "75plus", "setting": "out", "cost": 1}]}),
            "age",
        ),
        // Households are summed within one insurer, and 後期高齢者医療 insures nobody under 70.
        (json!({"month": "2026-08", "category": "一般Ⅱ", "category_under70": "ウ", "lines": [line.clone()]}), "category"),
        (
            json!({"month": "2026-07", "age": "75plus", "category": "一般Ⅱ", "category_under70": "ウ", "lines": [line.clone()]}),
            "age",
        ),
        (json!({"month": "2019-03", "category": "一般", "age": "70to74", "medical_cost": 1, "setting": "in"}), "copay_wari"),
        (json!({"month": "2027-08", "category": "標報20万以上", "medical_cost": 1}), "age"),
        (json!([1]), "JSON object"),
    ] {
        let (status, problem) = monthly(&world, &question).await;
        assert_eq!(status, 400, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(field), "{field}: {problem}");
    }
    // A fault names the field and never repeats what was sent.
    let (_, problem) = monthly(&world, &json!({"month": "2026-08", "category": "ウ", "medical_cost": "七万"})).await;
    assert!(
        problem["detail"].as_str().unwrap().contains("medical_cost") && !problem.to_string().contains("七万"),
        "{problem}"
    );
    let address = world.app.operator_addr().to_string();
    let (status, _, _) =
        process::http(&address, "POST", "/api/limits/monthly", &[("content-type", "text/plain")], "{}").await;
    assert_eq!(status, 415);
    // 10^12 yen is accepted: 270,300 + (10^12 − 901,000) × 1 %.
    let huge = json!({"month": "2026-08", "category": "ア", "medical_cost": 1_000_000_000_000_i64});
    assert_eq!(monthly(&world, &huge).await.1["payment_yen"], json!(10_000_261_290_i64));
    world.stop().await;
}
