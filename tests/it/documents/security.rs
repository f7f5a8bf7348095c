//! SECURITY.md lists every threat, and the tests that it names exist.

use std::fs;

use super::markdown::Page;
use crate::support::root;

const THREATS: usize = 22;

/// Returns heading and text of each threat.
fn threats() -> Vec<(String, String)> {
    let page = Page::read("SECURITY.md");
    let (_, threats) = page.text.split_once("\n## Threats\n").unwrap();
    let (threats, _) = threats.split_once("\n## ").unwrap();
    let parts = threats.split("\n### ").skip(1).map(|part| part.split_once('\n').unwrap());
    parts.map(|(heading, text)| (heading.to_owned(), text.to_owned())).collect()
}

/// Returns the list item of a text that begins with a word.
fn paragraph<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\n- {word}:"))?;
    Some(rest.split("\n- ").next().unwrap())
}

#[test]
fn every_threat_is_listed_with_its_tests_or_without() {
    let threats = threats();
    assert_eq!(threats.len(), THREATS);
    for (place, (heading, text)) in threats.iter().enumerate() {
        assert!(heading.starts_with(&format!("{}. ", place + 1)), "{heading}");
        let (proved, none) = (paragraph(text, "Proved by"), paragraph(text, "No test"));
        assert!(proved.is_some() != none.is_some(), "{heading}: either tests, or that there is none");
        if let Some(proved) = proved {
            assert!(proved.contains("::"), "{heading}: no test is named");
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let mut named = 0;
    for (heading, text) in threats() {
        let words = text.split('`').skip(1).step_by(2);
        for (file, function) in words.filter_map(|word| word.split_once("::")) {
            let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{heading}: {file}: {error}"));
            assert!(is_test(&text, function), "{heading}: {file} has no test {function}");
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
}

/// Tells whether a source file has a test function of this name, with the attribute in the line above.
fn is_test(text: &str, function: &str) -> bool {
    let mut above = "";
    text.lines().map(str::trim).any(|line| {
        let found = line.contains(&format!("fn {function}()"))
            && (above.starts_with("#[test]") || above.starts_with("#[tokio::test"));
        above = line;
        found
    })
}

#[test]
fn only_functions_with_the_attribute_are_tests() {
    let text = "#[test]\nfn one() {}\nfn two() {}\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn three() {}\n";
    assert!(is_test(text, "one") && is_test(text, "three"));
    assert!(!is_test(text, "two") && !is_test(text, "thre"));
}
