//! The rules of `migrations/README.md`: a new migration neither holds up a large database nor breaks the program that still
//! runs.

use std::collections::HashSet;

use crate::support::root;

/// Migrations older than the rules, and one that had to break them. They have been applied in many places and never change.
const EXEMPT: [(&str, &str); 10] = [
    ("0001", "makes the tables"),
    ("0002", "makes the access log"),
    ("0003", "checks the access log anew and makes indexes of tables that were small"),
    ("0004", "checks and indexes the access log anew"),
    ("0005", "checks coverages and the access log anew, indexes coverages"),
    ("0006", "writes every coverage anew, checks it against its person, makes indexes of coverages and the access log"),
    ("0007", "makes indexes of the access log"),
    ("0008", "adds a column without a value"),
    ("0009", "changes a comment"),
    ("0012", "brings search forms to today's, which the program of that version must find at its first question"),
];

/// Splits SQL into statements in lower case with single blanks; comments are removed, texts and bodies of functions emptied.
fn statements(sql: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let end =
            |rest: &str, from: usize, mark: &str| rest[from..].find(mark).map_or(rest.len(), |at| from + at + mark.len());
        rest = if rest.starts_with("--") {
            &rest[end(rest, 2, "\n")..]
        } else if rest.starts_with("/*") {
            &rest[end(rest, 2, "*/")..]
        } else if next == '\'' {
            plain.push_str("''");
            &rest[end(rest, 1, "'")..]
        } else if next == '$' && rest[1..].contains('$') {
            let mark = &rest[..end(rest, 1, "$")];
            plain.push_str("''");
            &rest[end(rest, mark.len(), mark)..]
        } else {
            plain.extend(next.to_lowercase());
            &rest[next.len_utf8()..]
        };
        if !plain.ends_with(' ') && rest.starts_with("--") {
            plain.push(' ');
        }
    }
    let one = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.split(';').map(one).filter(|statement| !statement.is_empty()).collect()
}

/// Returns the word after `before`, skipping words that may stand between.
fn name_after<'a>(statement: &'a str, before: &str) -> Option<&'a str> {
    let rest = &statement[statement.find(before)? + before.len()..];
    let name = |c: char| !c.is_alphanumeric() && c != '_' && c != '.';
    rest.split(name).find(|word| !["", "if", "not", "exists", "only"].contains(word))
}

/// Returns the rules that a migration breaks.
fn faults(sql: &str) -> Vec<String> {
    let statements = statements(sql);
    let alone = sql.starts_with("-- no-transaction");
    let says = |what: &str| sql.lines().any(|line| line.strip_prefix(what).is_some_and(|why| why.trim().len() > 10));
    let created: HashSet<&str> = statements
        .iter()
        .filter_map(|one| one.starts_with("create table").then(|| name_after(one, "create table"))?)
        .collect();
    let is_new = |table: Option<&str>| table.is_some_and(|table| created.contains(table));
    let mut found = Vec::new();
    let mut must = |good: bool, rule: &str, statement: &str| {
        if !good {
            found.push(format!("{rule}: {statement}"));
        }
    };
    if alone {
        must(statements.len() == 1, "without a transaction there is one statement a file, which can be begun again", "");
    }
    for one in &statements {
        let (has, starts) = (|words: &str| one.contains(words), |words: &str| one.starts_with(words));
        let concurrent = has("concurrently");
        must(!concurrent || alone, "CONCURRENTLY takes a file of its own that begins with -- no-transaction", one);
        if starts("create index") || starts("create unique index") {
            must(concurrent || is_new(name_after(one, " on ")), "an index of a table in use is built CONCURRENTLY", one);
        }
        must(!(starts("drop index") || starts("reindex")) || concurrent, "an index in use goes CONCURRENTLY", one);
        let rows = [("update ", "update "), ("delete from ", "delete from "), ("insert into ", "insert into ")];
        let whole = rows.iter().any(|(start, name)| {
            starts(start) && (*start != "insert into " || has(" select ")) && !is_new(name_after(one, name))
        });
        must(
            !whole && !starts("with "),
            "rows of tables in use are changed in batches by the program, not in a migration",
            one,
        );
        let heavy =
            ["truncate", "vacuum", "cluster", "lock ", "refresh materialized", "do "].iter().any(|word| starts(word));
        must(!heavy, "locks or hides too much", one);
        must(!(starts("set ") && has("_timeout")), "who migrates says how long it waits", one);
        let drops = starts("drop ") && !starts("drop index") && !starts("drop trigger")
            || has(" rename ")
            || has("drop column")
            || has("drop attribute");
        must(
            !drops || says("-- contract:"),
            "the program before may still use it: say under `-- contract:` why none does",
            one,
        );
        if starts("alter table") && !is_new(name_after(one, "alter table")) {
            alter_table(one, &mut must, says("-- proven:"));
        }
    }
    let checks_twice =
        sql.to_lowercase().contains("not valid") && statements.iter().any(|one| one.contains("validate constraint"));
    must(!checks_twice, "VALIDATE stands in a later file than NOT VALID, which locks until its own ends", "");
    found
}

/// Checks a change of a table in use.
fn alter_table(one: &str, must: &mut impl FnMut(bool, &str, &str), proven: bool) {
    let has = |words: &str| one.contains(words);
    let checked =
        has("add constraint") && (has(" check ") || has("foreign key")) || has("add check") || has("add foreign key");
    must(!checked || has("not valid"), "a constraint of a table in use comes NOT VALID, and is validated later", one);
    let unique = ["unique", "primary key", "exclude"].iter().any(|word| has(word));
    must(!unique || has("using index"), "a key of a table in use takes an index that was built CONCURRENTLY", one);
    if has("add column") {
        must(!has(" references "), "a reference comes later, NOT VALID", one);
        must(!has("not null") || has("default "), "a column that must have a value has a default, or comes later", one);
        let value = one.split("default ").nth(1).unwrap_or_default();
        let fixed = !value.replace("now()", "").contains('(') && !value.starts_with("current_");
        must(
            fixed && !has("generated") && !has("serial"),
            "a value that differs from row to row writes the table anew",
            one,
        );
    }
    must(!has(" type "), "another type writes the table anew: add a column", one);
    must(!has("set not null") || proven, "first a validated CHECK (… is not null); say under `-- proven:` which", one);
    let anew = ["set logged", "set unlogged", "set tablespace", "set access method"].iter().any(|word| has(word));
    must(!anew, "writes the table anew", one);
}

#[test]
fn new_migrations_hold_nobody_up_and_break_no_older_program() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(root().join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "README.md" || EXEMPT.iter().any(|(number, _)| name.starts_with(number)) {
            continue;
        }
        assert!(name.ends_with(".sql"), "{name}");
        let sql = std::fs::read_to_string(&path).unwrap();
        wrong.extend(faults(&sql).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "see migrations/README.md\n{}", wrong.join("\n"));
}

#[test]
fn every_exemption_is_listed_with_what_it_would_do_to_a_large_database() {
    let readme = std::fs::read_to_string(root().join("migrations/README.md")).unwrap();
    for (number, _) in EXEMPT {
        assert!(readme.contains(&format!("| {number} |")), "migrations/README.md lacks {number}");
        let files = std::fs::read_dir(root().join("migrations")).unwrap();
        let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(names.filter(|name| name.starts_with(number)).count(), 1, "{number}");
    }
}

#[test]
fn what_holds_others_up_is_refused() {
    for bad in [
        "create index a_idx on coverage (kana);",
        "create unique index a_idx on coverage (kana);",
        "create index concurrently a_idx on coverage (kana);",
        "-- no-transaction\ncreate index concurrently a_idx on coverage (kana); select 1;",
        "drop index coverage_person_id_idx;",
        "alter table coverage add constraint a check (sex > 0);",
        "ALTER TABLE coverage ADD CONSTRAINT a FOREIGN KEY (b) REFERENCES c (d);",
        "alter table coverage add constraint a unique (kana);",
        "alter table coverage add constraint a check (sex > 0) not valid;\nalter table coverage validate constraint a;",
        "alter table coverage add column a integer not null;",
        "alter table coverage add column a uuid default gen_random_uuid();",
        "alter table coverage add column a bigint generated always as identity;",
        "alter table coverage add column a bigint references person (id);",
        "alter table coverage alter column sex type integer;",
        "alter table coverage alter column kana set not null;",
        "alter table coverage drop column kana;",
        "alter table coverage rename column kana to reading;",
        "drop table bulk_day;",
        "-- contract: no\ndrop table bulk_day;",
        "update coverage set sole = false;",
        "delete from coverage where sole;",
        "insert into bulk_day select code, current_date, '' from institution;",
        "with old as (delete from batch returning id) select 1;",
        "truncate bulk_day;",
        "lock table coverage;",
        "do $$ begin update coverage set sole = false; end $$;",
        "set lock_timeout = 0;",
    ] {
        assert!(!faults(bad).is_empty(), "{bad}");
    }
}

#[test]
fn what_holds_nobody_up_is_taken() {
    for good in [
        "create table visit (id bigint, constraint visit_pkey primary key (id));\ncreate index visit_idx on visit (id);\ninsert into visit select 1;",
        "-- no-transaction\ncreate index concurrently a_idx on coverage (kana);",
        "-- no-transaction\n-- Serves nothing any more.\ndrop index concurrently if exists a_idx;",
        "alter table coverage add constraint a check (sex > 0) not valid; -- update coverage set sole = false;",
        "alter table coverage validate constraint a;",
        "alter table coverage add column a integer; alter table coverage add column b boolean not null default false;",
        "alter table coverage add constraint a unique using index a_idx;",
        "-- proven: constraint coverage_kana_given, validated by 0021\nalter table coverage alter column kana set not null;",
        "-- contract: nothing has read it since migration 0019\nalter table coverage drop column kana;",
        "comment on column coverage.kana is 'update coverage; drop table person';",
        "create function f() returns trigger language plpgsql as $$ begin update coverage set sole = false; return new; end $$;",
    ] {
        assert_eq!(faults(good), Vec::<String>::new(), "{good}");
    }
}
