//! Compares documents with the code: routes, messages, metrics, options, variables, limits, readings.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use shikaku::config::Limits;
use shikaku::wire::Bounds;
use shikaku::wire::message::MessageKind;

use super::markdown::{Page, Table, pages, words};
use crate::support::process::{shikaku, texts};
use crate::support::root;

/// Returns every file of the source with its text.
pub fn source() -> &'static [(String, String)] {
    static SOURCE: OnceLock<Vec<(String, String)>> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let mut files = Vec::new();
        collect(&root().join("src"), &mut files);
        files
    })
}

fn collect(directory: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push((path.strip_prefix(root()).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Returns the string literals that begin with `start`, each up to the first character that `is_part` rejects.
fn literals(in_files: &str, start: &str, is_part: impl Fn(char) -> bool) -> BTreeSet<String> {
    let quoted = format!("\"{start}");
    let mut found = BTreeSet::new();
    for (_, text) in source().iter().filter(|(file, _)| file.starts_with(in_files)) {
        for (place, _) in text.match_indices(&quoted) {
            found.insert(text[place + 1..].chars().take_while(|c| is_part(*c)).collect());
        }
    }
    found
}

/// Returns the words in backticks of a column of a table.
fn column(table: &Table, column: usize) -> BTreeSet<String> {
    table.rows.iter().flat_map(|row| words(&row[column])).collect()
}

#[test]
fn every_route_is_listed_and_no_other() {
    let document: Value = serde_json::from_slice(&fs::read(root().join("openapi.json")).unwrap()).unwrap();
    let (mut terminal, mut operator) = (BTreeSet::new(), BTreeSet::new());
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let of_terminals = operation["tags"].as_array().unwrap().contains(&"terminal".into());
            let route = format!("{} {path}", method.to_uppercase());
            (if of_terminals { &mut terminal } else { &mut operator }).insert(route);
        }
    }
    assert!(terminal.len() >= 5 && operator.len() >= 16);
    for name in ["docs/messages.md", "docs/messages.ja.md"] {
        assert_eq!(column(&Page::read(name).table("URL"), 0), terminal, "{name}");
    }
    assert_eq!(column(&Page::read("docs/operations.md").table("URL"), 0), operator);
}

#[test]
fn every_message_is_listed_and_no_other() {
    let ids: BTreeSet<String> = literals("src/wire/", "OQS", |c| c.is_ascii_alphanumeric())
        .into_iter()
        .filter(|id| MessageKind::of(id).is_some())
        .collect();
    assert!(ids.len() >= 12, "{ids:?}");
    for (name, head) in [("docs/messages.md", "id"), ("docs/messages.ja.md", "ID")] {
        assert_eq!(column(&Page::read(name).table(head), 0), ids, "{name}");
    }
}

#[test]
fn every_metric_is_listed_and_no_other() {
    let series = literals("src/metrics.rs", "shikaku_", |c| c.is_ascii_lowercase() || c == '_');
    let listed = column(&Page::read("docs/operations.md").table("series"), 0);
    let listed: BTreeSet<String> = listed.iter().map(|name| name.split('{').next().unwrap().to_owned()).collect();
    // The series of the process are the library's.
    let (of_process, own): (BTreeSet<_>, BTreeSet<_>) = listed.into_iter().partition(|name| name.starts_with("process_"));
    assert_eq!((own, of_process.is_empty()), (series, false));
}

#[test]
fn every_variable_of_the_environment_is_listed_and_no_other() {
    let mut variables = BTreeSet::new();
    for (_, text) in source().iter().filter(|(name, _)| name.starts_with("src/cli/")) {
        variables.extend(text.split("env = \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    assert_eq!(column(&Page::read("docs/operations.md").table("variable"), 0), variables);
}

/// Returns the help of a command and of its subcommands.
fn help(command: &[&str]) -> String {
    let (own, err) = texts(&shikaku(&[command, &["--help"]].concat()));
    assert!(err.is_empty(), "{command:?}: {err}");
    let list = own.split_once("Commands:\n").map_or("", |(_, list)| list);
    let mut text = own.clone();
    // A name follows two blanks; a line with more blanks continues a description.
    let names = list.lines().take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        text += &help(&[command, &[name]].concat());
    }
    text
}

/// Options of other programs that documents name.
const OF_OTHERS: [&str; 10] = [
    "--bench",
    "--cacert",
    "--cert",
    "--data-binary",
    "--install",
    "--key",
    "--nocapture",
    "--release",
    "--target",
    "--test",
];

/// Returns the options among the words of a text.
fn options(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned)
}

#[test]
fn every_option_exists() {
    let help = help(&[]);
    let known: BTreeSet<String> = options(&help).chain(OF_OTHERS.map(str::to_owned)).collect();
    assert!(known.contains("--ephemeral") && known.contains("--valid-days"));
    let mut wrong = Vec::new();
    // The tests of loadtest/ look at the pages about its program.
    let is_of_loadtest = |page: &Page| page.name.contains("load-testing") || page.name.starts_with("loadtest/");
    for page in pages().iter().filter(|page| !is_of_loadtest(page)) {
        let texts = page.words().into_iter().chain(page.blocks("sh"));
        let named = texts.flat_map(|text| options(&text).collect::<Vec<_>>());
        wrong.extend(named.filter(|option| !known.contains(option)).map(|option| format!("{}: {option}", page.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the whole numbers of a text, sorted, without those that are part of a name, such as HTTP/2 and SHK5001.
fn numbers(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
        let digits = digits.trim_end_matches(',');
        if character.is_ascii_digit() && !before.is_ascii_alphanumeric() && before != '/' {
            found.push(digits.replace(',', "").parse().unwrap());
        }
        let taken = if character.is_ascii_digit() { digits.len() } else { character.len_utf8() };
        before = rest[..taken].chars().next_back().unwrap();
        rest = &rest[taken..];
    }
    found.sort_unstable();
    found
}

#[test]
fn numbers_are_read_out_of_texts() {
    assert_eq!(numbers("4,096 waiting, 256 per statement, HTTP/2, SHK5001, 16KiB、一日50,000人"), [16, 256, 4096, 50_000]);
}

#[test]
fn limits_are_those_of_the_program() {
    let (limits, bulk, bounds) = (Limits::default(), Limits::default().bulk, Bounds::SINGLE);
    let seconds = |time: std::time::Duration| usize::try_from(time.as_secs()).unwrap();
    let (kib, mib) = (|bytes: usize| bytes / 1024, |bytes: usize| bytes / 1024 / 1024);
    // By row. Rows 7 and 8 hold constants, which tests beside those constants check.
    let expected: [(usize, Vec<usize>); 13] = [
        (0, vec![kib(limits.body_bytes), bounds.depth, bounds.elements, kib(limits.head_bytes)]),
        (
            1,
            // The stop of all work has twice the time of the stop of connections.
            vec![
                seconds(limits.handshake),
                seconds(limits.first_request),
                seconds(limits.idle),
                seconds(limits.body),
                seconds(limits.request),
                seconds(limits.stop),
                seconds(2 * limits.stop),
            ],
        ),
        (2, vec![limits.connections, limits.connections_of_institution, limits.handshakes, limits.streams as usize]),
        (
            3,
            vec![
                limits.requests_at_once,
                limits.requests_in_common,
                seconds(limits.request),
                limits.requests_held,
                limits.requests_held_of_all,
            ],
        ),
        (4, vec![limits.waiting, limits.group]),
        (5, vec![limits.misses]),
        (6, vec![kib(limits.write_bytes), seconds(limits.write)]),
        (9, vec![]),
        (10, vec![mib(bulk.file_bytes), seconds(bulk.file), bulk.persons]),
        (11, vec![mib(bulk.arriving_bytes), bulk.arriving_files, bulk.in_flight]),
        (12, vec![bulk.fetches, bulk.fetches_of_institution, usize::try_from(bulk.keep.as_hours() / 24).unwrap()]),
        (13, vec![bulk.people_a_day]),
        (14, vec![bulk.slice, bulk.workers, usize::try_from(bulk.attempts).unwrap()]),
    ];
    for (name, head, japanese) in [("docs/differences.md", "of", false), ("docs/differences.ja.md", "対象", true)] {
        let table = Page::read(name).table(head);
        assert_eq!(table.rows.len(), 15, "{name}");
        for (place, mut expected) in expected.clone() {
            expected.sort_unstable();
            let row = &table.rows[place];
            let mut found = numbers(&row[1]);
            if japanese {
                // Japanese writes a 1 in 1時間 and 1文; English says an hour and a statement.
                found.retain(|number| *number != 1);
            }
            assert_eq!(found, expected, "{name}: {row:?}");
        }
    }
}

#[test]
fn the_number_of_cases_is_told() {
    let mut cases = 0;
    for entry in fs::read_dir(root().join("fixtures/cases")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|ending| ending == "csv") {
            cases += csv::Reader::from_path(entry).unwrap().records().map(Result::unwrap).count();
        }
    }
    for name in ["docs/law.md", "docs/law.ja.md"] {
        let text = Page::read(name).text;
        let told = text.split(|c: char| !c.is_ascii_digit() && c != ',').filter(|word| word.contains(','));
        let told: Vec<usize> = told.filter_map(|word| word.replace(',', "").parse().ok()).collect();
        assert!(told.contains(&cases), "{name} does not tell that there are {cases} cases");
    }
}

#[test]
fn every_reading_stands_where_it_says() {
    let mut seen = 0;
    for (name, head) in [("docs/law.md", "point"), ("docs/law.ja.md", "論点")] {
        for row in Page::read(name).tables().iter().filter(|table| table.head[0] == head).flat_map(|table| &table.rows) {
            let words = words(&row[2]);
            assert!(!words.is_empty(), "{name}: {row:?}");
            for word in words {
                let name_in_code = word.rsplit("::").next().unwrap();
                let found = match word.ends_with(".rs") || word.ends_with('/') {
                    true => source().iter().any(|(file, _)| format!("{file} ").contains(&format!("/{word}"))),
                    false => source().iter().any(|(_, text)| holds_word(text, name_in_code)),
                };
                assert!(found, "{name}: there is no {word} in src/");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

fn holds_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(place, _)| {
        let (before, after) = (text[..place].chars().next_back(), text[place + word.len()..].chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[test]
fn every_room_of_the_map_exists_and_none_is_left_out() {
    let mapped = column(&Page::read("CONTRIBUTING.md").table("in `src/`"), 0);
    let present: BTreeSet<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let ending = if entry.path().is_dir() { "/" } else { "" };
            format!("{}{ending}", entry.file_name().to_string_lossy())
        })
        .filter(|name| !["lib.rs", "main.rs"].contains(&name.as_str()))
        .collect();
    assert_eq!(mapped, present);
}

#[test]
fn every_benchmark_and_test_that_is_named_exists() {
    let mut seen = 0;
    for page in pages() {
        for words in page.words().iter().map(|word| word.split(' ').collect::<Vec<_>>()) {
            let after =
                |flag: &str, place: usize| words.iter().position(|word| *word == flag).map(|found| words[found + place]);
            let bench = after("--bench", 1).map(|name| format!("benches/{name}.rs"));
            let test = after("--test", 2).filter(|name| *name != "NAME").map(|name| format!("tests/it/{name}.rs"));
            for file in [bench, test].into_iter().flatten() {
                assert!(root().join(&file).exists(), "{}: there is no {file}", page.name);
                seen += 1;
            }
        }
    }
    assert!(seen >= 5, "{seen}");
}
