//! Rules about the source and the migrations that a program can check; `directions` has those about imports.

mod circles;
mod directions;
mod imports;
mod made_up;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::database::TestDatabase;
use crate::support::root;

/// Names of HTTP carriers. The modules that answer messages must not contain them.
const CARRIERS: [&str; 5] = ["axum", "hyper", "tower", "http_body", "http::"];

/// Names that the pure centre must not contain.
const IMPURE: [&str; 9] =
    ["tokio", "sqlx", "tracing", "axum", "hyper", "std::fs", "std::net", "std::time", "Timestamp::now"];

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the text of every file of `src/`, by its path from there.
fn source_files() -> BTreeMap<String, String> {
    let source = root().join("src");
    files(&source)
        .into_iter()
        .map(|path| (path.strip_prefix(&source).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Returns the lines that are not comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

#[test]
fn the_centre_does_no_input_or_output() {
    let mut wrong = Vec::new();
    for (file, text) in source_files() {
        if !["domain", "rules", "decide", "wire", "calculator", "cases"].contains(&module_of(&file)) {
            continue;
        }
        for line in code(&text) {
            wrong
                .extend(IMPURE.iter().filter(|word| line.contains(*word)).map(|word| format!("src/{file}: {word}: {line}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_answers_messages_knows_no_carrier() {
    let mut wrong = Vec::new();
    for (file, text) in source_files() {
        if !["exchange", "query", "wire"].contains(&module_of(&file)) {
            continue;
        }
        for line in code(&text) {
            let words = CARRIERS.iter().filter(|word| line.contains(*word));
            wrong.extend(words.map(|word| format!("src/{file}: {word}: {line}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_place_makes_questions_in_the_askers_own_name() {
    let places: Vec<String> = source_files()
        .into_iter()
        .filter(|(_, text)| code(text).any(|line| line.contains("Own::of(")))
        .map(|(file, _)| file)
        // Leaves out the file that defines it, because its test makes some.
        .filter(|file| file != "query/own.rs")
        .collect();
    assert_eq!(places, ["exchange/message.rs"]);
}

/// The modules that the load tester uses: what a terminal knows, and the files that people and certificates are read from.
const OF_LOADTEST: &str = "clock command_line domain fixtures language mass pki terminal wire";

#[test]
fn the_load_tester_knows_what_a_terminal_knows() {
    let source = root().join("loadtest/src");
    let mut used = BTreeSet::new();
    for path in files(&source) {
        let text = fs::read_to_string(path).unwrap();
        for line in code(&text) {
            let after = line.split("shikaku::").skip(1);
            let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
            used.extend(after.map(|rest| rest.split(|c| !is_name(c)).next().unwrap().to_owned()));
        }
    }
    assert_eq!(Vec::from_iter(used).join(" "), OF_LOADTEST);
}

#[test]
fn only_store_has_sql() {
    let mut wrong = Vec::new();
    for (file, text) in source_files() {
        if module_of(&file) == "store" {
            continue;
        }
        for line in code(&text) {
            let query =
                ["query!", "query_as!", "query_scalar!", "sqlx::query", "raw_sql"].iter().any(|word| line.contains(word));
            if query {
                wrong.push(format!("src/{file}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_stands_in_one_place() {
    let places: Vec<String> = source_files()
        .into_iter()
        .filter(|(_, text)| code(text).any(|line| line.contains("unsafe ")))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(places, ["postgres/server.rs"]);
}

#[test]
fn only_the_program_chooses_an_allocator() {
    let places: Vec<String> = source_files()
        .into_iter()
        .filter(|(_, text)| code(text).any(|line| line.contains("global_allocator")))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(places, ["main.rs"]);
}

#[test]
fn migrations_are_numbered_without_gaps() {
    let mut names: Vec<String> = fs::read_dir(root().join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".sql"))
        .collect();
    names.sort();
    for (place, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}_", place + 1)), "{name}");
    }
}

#[tokio::test]
async fn every_table_and_column_has_a_comment() {
    let database = TestDatabase::new().await;
    let bare: Vec<String> = sqlx::query_scalar(
        "select c.relname || coalesce('.' || a.attname, '')
           from pg_class c
           left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'c') and c.relname <> '_sqlx_migrations'
            and col_description(c.oid, a.attnum) is null
         union all
         select c.relname from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> '_sqlx_migrations'
            and obj_description(c.oid, 'pg_class') is null",
    )
    .fetch_all(&mut database.connect().await)
    .await
    .unwrap();
    assert!(bare.is_empty(), "without a comment: {bare:?}");
    database.drop().await;
}
