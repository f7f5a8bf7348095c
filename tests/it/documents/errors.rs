//! `docs/errors.md` lists every code and every reason for a refusal.

use std::collections::{BTreeMap, BTreeSet};

use shikaku::http::error::HttpError;
use shikaku::wire::message::remark;

use super::code::source;
use super::markdown::{Page, words};

const PAGES: [(&str, &str, &str); 2] = [("docs/errors.md", "code", "reason"), ("docs/errors.ja.md", "コード", "理由")];

#[test]
fn every_code_is_listed_with_its_status_and_no_other() {
    let failures = HttpError::examples();
    let failures = failures.iter().map(|failure| (failure.row().code.to_owned(), failure.status().as_u16()));
    let remarks = remark::examples().into_iter().map(|remark| (remark.code.to_owned(), 200));
    let expected: BTreeMap<String, u16> = failures.chain(remarks).collect();
    // The examples cover every code in the source.
    let files = source().iter().filter(|(file, _)| !file.ends_with("tests.rs"));
    let in_source: BTreeSet<String> = files.flat_map(|(_, text)| codes(text)).collect();
    assert_eq!(in_source, expected.keys().cloned().collect());
    for (name, head, _) in PAGES {
        let rows: Vec<Vec<String>> = Page::read(name)
            .tables()
            .into_iter()
            .filter(|table| table.head[0] == head)
            .flat_map(|table| table.rows)
            .collect();
        let listed: BTreeMap<String, u16> = rows.iter().map(|row| (row[0].clone(), row[1].parse().unwrap())).collect();
        assert_eq!(listed, expected, "{name}");
        assert_eq!(rows.len(), expected.len(), "{name} lists a code twice");
        for row in rows {
            assert!(row.len() == 5 && row.iter().all(|cell| !cell.is_empty()), "{name}: {row:?}");
        }
    }
}

/// Returns the codes in quotation marks of a source file.
fn codes(text: &str) -> impl Iterator<Item = String> {
    let found = text.match_indices("\"SHK").map(|(place, _)| &text[place + 1..]);
    found.filter_map(|rest| rest.split('"').next()).filter(|code| code.len() == 7).map(str::to_owned)
}

#[test]
fn patients_are_told_the_same_in_both_languages_and_english_readers_what_it_means() {
    let said = |(name, head, _): (&str, &str, &str)| -> Vec<String> {
        let tables = Page::read(name).tables().into_iter().filter(move |table| table.head[0] == head);
        tables.flat_map(|table| table.rows).map(|row| row[4].clone()).collect()
    };
    let (english, japanese) = (said(PAGES[0]), said(PAGES[1]));
    assert_eq!(english, japanese);
    let gloss = Page::read("docs/errors.md").table("what the patient is told");
    let explained: BTreeSet<String> = gloss.rows.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(explained, english.into_iter().filter(|text| text != "—").collect());
}

/// Returns the labels that a type of refusal has in the source.
fn labels(of: &str) -> BTreeSet<String> {
    let sources = source();
    let text = sources.iter().find_map(|(_, text)| text.split_once(&format!("\nimpl {of} {{"))).map(|(_, rest)| rest);
    let text = text.unwrap_or_else(|| panic!("there is no {of} any more"));
    let body = text.split_once("fn label").and_then(|(_, rest)| rest.split_once("\n    }\n")).unwrap().0;
    let labels: BTreeSet<String> = body.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(labels.len() >= 6, "{labels:?}");
    labels
}

#[test]
fn every_reason_is_listed_and_no_other() {
    let mut handshakes = labels("CertificateRefused");
    handshakes.extend(["timeout", "tls_error"].map(str::to_owned));
    let mut cards = labels("CardRefused");
    // These two are answers about a person, SHK6103 and SHK6104.
    for period in ["expired", "not_yet_valid"] {
        assert!(cards.remove(period), "{period}");
    }
    cards.extend(labels("ChallengeRefused"));
    for (name, _, head) in PAGES {
        let tables: Vec<_> = Page::read(name).tables().into_iter().filter(|table| table.head[0] == head).collect();
        assert_eq!(tables.len(), 2, "{name}");
        for (table, expected) in tables.iter().zip([&handshakes, &cards]) {
            let listed: Vec<String> = table.rows.iter().flat_map(|row| words(&row[0])).collect();
            assert_eq!(&listed.iter().cloned().collect::<BTreeSet<String>>(), expected, "{name}");
            assert_eq!(listed.len(), expected.len(), "{name} lists a reason twice");
        }
    }
}
