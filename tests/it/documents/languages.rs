//! Both languages of a document say the same: the same commands, tables and names.

use std::collections::BTreeSet;

use super::markdown::{Page, pages, words};
use crate::support::process::{shikaku, texts};
use crate::support::root;

/// The sentence that marks a document without a Japanese version.
const ENGLISH_ONLY: &str = "This page is in English only.";

/// Returns each page for testers with its Japanese counterpart.
fn pairs() -> Vec<(Page, Page)> {
    let all = pages();
    let named = ["README.md", "fixtures/README.md"];
    let of_testers = all.iter().filter(|page| named.contains(&page.name.as_str()) || page.name.starts_with("docs/"));
    let english = of_testers.filter(|page| !page.name.ends_with(".ja.md") && !page.text.contains(ENGLISH_ONLY));
    let pairs: Vec<(Page, Page)> =
        english.map(|page| (Page::read(&page.name), Page::read(&page.name.replace(".md", ".ja.md")))).collect();
    assert!(pairs.len() >= 7, "README, fixtures, errors, differences, law, messages, troubleshooting");
    pairs
}

#[test]
fn each_page_leads_to_the_other_language() {
    for (english, japanese) in pairs() {
        let file = |page: &Page| page.name.rsplit('/').next().unwrap().to_owned();
        assert!(english.targets().contains(&file(&japanese)), "{}", english.name);
        assert!(japanese.targets().contains(&file(&english)), "{}", japanese.name);
    }
    let alone = pages().into_iter().filter(|page| page.name.ends_with(".ja.md"));
    for page in alone {
        Page::read(&page.name.replace(".ja.md", ".md"));
    }
}

#[test]
fn the_commands_are_the_same() {
    for (english, japanese) in pairs() {
        assert_eq!(english.blocks("sh"), japanese.blocks("sh"), "{} and {}", english.name, japanese.name);
    }
}

/// The head of the table that explains, to readers of English alone, what patients are told.
const GLOSS: &str = "what the patient is told";

#[test]
fn the_tables_have_the_same_rows_with_the_same_names() {
    for (english, japanese) in pairs() {
        let of_english: Vec<_> = english.tables().into_iter().filter(|table| table.head[0] != GLOSS).collect();
        let of_japanese = japanese.tables();
        assert_eq!(of_english.len(), of_japanese.len(), "tables of {}", english.name);
        for (one, other) in of_english.iter().zip(&of_japanese) {
            let names = |row: &Vec<String>| row.iter().flat_map(|cell| words(cell)).collect::<BTreeSet<String>>();
            let (rows, others) = (one.rows.iter().map(names), other.rows.iter().map(names));
            assert_eq!(one.rows.len(), other.rows.len(), "{}: rows of {:?}", english.name, one.head);
            for ((row, other), text) in rows.zip(others).zip(&one.rows) {
                assert_eq!(row, other, "{}: {text:?}", english.name);
            }
        }
    }
}

/// Returns the words of a drawing, in order.
fn drawn(name: &str) -> Vec<String> {
    let drawing = std::fs::read_to_string(root().join(name)).unwrap();
    let words = drawing.split("<text ").skip(1).map(|rest| rest.split_once('>').unwrap().1);
    words.map(|rest| rest.split_once("</text>").unwrap().0.to_owned()).collect()
}

#[test]
fn the_drawings_have_the_same_parts() {
    let (english, japanese) = (drawn("docs/pictures/parts.svg"), drawn("docs/pictures/parts.ja.svg"));
    assert_eq!(english.len(), japanese.len());
    let help = texts(&shikaku(&["serve", "--help"])).0;
    for address in ["127.0.0.1:8443", "127.0.0.1:8080", "--token-addr"] {
        assert!(help.contains(address), "{address} is the program's no more");
        let holds = |words: &[String]| words.iter().position(|word| word.contains(address));
        assert!(holds(&english).is_some() && holds(&english) == holds(&japanese), "{address}");
    }
}
