//! Tests of case files.

use super::*;

fn run(text: &str) -> Report {
    check(text.as_bytes()).unwrap()
}

fn one(kind: &str, input: &str, expected: &str) -> Option<String> {
    let quoted = input.replace('"', "\"\"");
    let report = run(&format!("id,kind,input,expected\none,{kind},\"{quoted}\",{expected}\n"));
    report.failures.into_iter().next().map(|failure| failure.found.to_string())
}

#[test]
fn a_case_holds_or_says_what_was_found() {
    assert_eq!(one("round_copay_10yen", r#"{"raw":1235}"#, "1240"), None);
    assert_eq!(one("round_copay_10yen", r#"{"raw":1235}"#, "1230"), Some("1240".to_owned()));
    // Only the plain spelling of a number is the number.
    for spelling in ["01240", "+1240", "1240.0", " 1240 x", ""] {
        assert!(one("round_copay_10yen", r#"{"raw":1235}"#, spelling).is_some(), "{spelling}");
    }
}

#[test]
fn a_fault_names_the_key_and_can_be_expected() {
    for (input, field) in [
        (r#"{"raw":-1}"#, "raw"),
        (r#"{"raw":1000000000001}"#, "raw"),
        (r#"{"raw":1.5}"#, "raw"),
        (r#"{"raw":"12"}"#, "raw"),
        (r#"{"raw":99999999999999999999}"#, "raw"),
        (r#"{}"#, "raw"),
        (r#"{"raw":null}"#, "raw"),
        (r#"{"raw":1,"rwa":2}"#, "rwa"),
        (r#"[1]"#, "input"),
        (r#"{"raw":1"#, "input"),
    ] {
        assert_eq!(one("round_copay_10yen", input, &format!("error:{field}")), None, "{input}");
        let found = one("round_copay_10yen", input, "0").unwrap();
        assert!(found.starts_with(&format!("error:{field}: ")), "{found}");
    }
    assert!(one("round_copay", "{}", "0").unwrap().starts_with("error:kind: is not known; there are limit_monthly_under70"));
}

#[test]
fn columns_are_found_by_name_and_ids_stand_once() {
    let report = run("\u{feff}note,expected,input,kind,id\nx,10,\"{\"\"raw\"\":5}\",round_copay_10yen,a\n\
                      x,10,\"{\"\"raw\"\":5}\",round_copay_10yen,a\n");
    assert_eq!(report.cases, 2);
    let failure = &report.failures[0];
    assert_eq!((failure.line, failure.found.to_string().as_str()), (3, "error:id: stands twice"));
}

#[test]
fn what_is_no_case_file() {
    for (text, reason) in [
        ("", "`id` is not there"),
        ("id,kind,input\n", "`expected` is not there"),
        ("id,kind,input,expected\n", "there is no case"),
        ("id,kind,input,expected\na,b\n", "2 fields"),
    ] {
        let error = check(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{text:?}: {error}");
    }
    assert!(matches!(check(&b"id,kind,input,expected\na,\xff,{},1\n"[..]), Err(CaseFileError::Csv(_))));
}
