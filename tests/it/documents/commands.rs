//! Runs the blocks of commands as they stand: a test pastes those of a page, in turn, into a shell beside a running demo.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use super::markdown::{Page, pages};
use crate::support::database::TestDatabase;
use crate::support::process::{self, Program, texts};
use crate::support::{root, scratch};

/// Blocks that are not pasted in turn with the others of their page, by page and first line.
const NOT_IN_TURN: [(&str, &str, Way); 11] = [
    ("README.md", "./demo", Way::Never("builds for minutes; every page is tested beside a demo that the test starts")),
    ("README.md", "./demo --ephemeral", Way::Alone),
    ("README.md", "./demo --population", Way::Never("makes a million people; a test of the demo makes a hundred")),
    ("docs/operations.md", "export DATABASE_URL=postgres://user@host/name", Way::Alone),
    ("docs/operations.md", "shikaku serve", Way::Never("serves until it is stopped; serve is tested throughout")),
    ("docs/load-testing.md", "cargo build --release -p shikaku-load", Way::Never("builds for minutes")),
    ("docs/load-testing.md", "shikaku-load check", Way::Never(OF_LOADTEST)),
    ("docs/load-testing.md", "shikaku-load terminals", Way::Never(OF_LOADTEST)),
    ("CONTRIBUTING.md", "cargo run -- demo", Way::Never("builds, and serves until it is stopped")),
    ("CONTRIBUTING.md", "cargo test --test it documents", Way::Never("would run this test within itself")),
    ("CONTRIBUTING.md", "RENEW_PICTURES=1", Way::Never("would write the files that another test compares")),
];

const OF_LOADTEST: &str = "the tests of loadtest/ run it, which have the program";

#[derive(Clone, Copy, PartialEq)]
enum Way {
    InTurn,
    /// In a shell of its own.
    Alone,
    /// Not at all, for this reason.
    Never(&'static str),
}

fn way(page: &str, block: &str) -> Way {
    let first = block.lines().next().unwrap();
    let special = NOT_IN_TURN.iter().filter(|(name, _, _)| *name == page);
    // The longest matching start counts: `./demo` alone is another block than `./demo --ephemeral`.
    let special = special.filter(|(_, start, _)| first == *start || first.starts_with(&format!("{start} ")));
    special.max_by_key(|(_, start, _)| start.len()).map_or(Way::InTurn, |(_, _, way)| *way)
}

/// The expected output of blocks: page, a fragment of the block, and the texts that it must print.
const PRINTED: [(&str, &str, &[&str]); 26] = [
    ("README.md", "ask card-number --person elderly-2wari-tokyo", &["B09", "late-elderly-ratio"]),
    (
        "README.md",
        "\"XmlMsg\"",
        &[
            r#""QualificationValidity":"1""#,
            r#""InsuredPartialContributionRatio":"020""#,
            r#""LimitApplicationCertificateClassificationFlag":"B09""#,
        ],
    ),
    ("README.md", "ask card --person kumiai-dialysis", &["20000", "specific-disease"]),
    ("README.md", "ask bulk", &["people (", "elderly-2wari-tokyo"]),
    (
        "README.md",
        "registrations apply",
        &["applied: 3, already applied: 0, refused: 0, no entries: 0; 0 findings\n\"validity\":\"2\"\n\"validity\":\"1\""],
    ),
    ("README.md", "fixtures load --reset", &["no faults: ", "loaded: "]),
    ("README.md", "./demo --ephemeral", &["the server answers: SHK1001"]),
    ("docs/messages.md", "<XmlMsg>", &["<InsuredPartialContributionRatio>020<"]),
    ("docs/messages.md", "terminal https://localhost:8443/oqs/OQSsiquc01", &[r#""InsuredPartialContributionRatio":"020""#]),
    ("docs/messages.md", "ILI01030SV01/search", &[r#""QualificationValidity":"1""#]),
    ("docs/messages.md", "/card/lookups", &[r#""SpecificDiseasesSelfPay":"20000""#, "PharmacistsInfoAvailableTime"]),
    ("docs/messages.md", "pki card revoke", &["twin-elder.pem", "twin-elder-old.pem", "is revoked"]),
    ("docs/messages.md", "ask bulk", &["people (", "bytes are in .shikaku/result.xml"]),
    ("docs/law.md", "rules limit", &["92,940"]),
    ("docs/law.md", "rules check", &[" hold, 0 fail"]),
    ("docs/law.md", "/api/explain", &["late-elderly-ratio"]),
    ("docs/registrations.md", "registrations apply", &["applied: 3, already applied: 0, refused: 0"]),
    ("docs/registrations.md", "2026-11-05T17:00", &[r#""validity":"2""#]),
    ("docs/registrations.md", "2026-11-13T09:00", &[r#""validity":"1""#]),
    ("docs/population.md", "population generate", &["2000 people in town"]),
    ("docs/population.md", "fixtures load --dir town", &["2000 people with "]),
    ("docs/population.md", "population live", &["registrations until 2027-07-31"]),
    (
        "docs/population.md",
        "registrations apply",
        &[
            "applied: 2426, already applied: 0, refused: 0, no entries: 0",
            "applied: 72, already applied: 0, refused: 0, no entries: 0",
        ],
    ),
    ("docs/operations.md", "shikaku migrate", &["the schema is up to date", "loaded: "]),
    ("docs/operations.md", "pki institution", &["reception-3.pem", "is revoked"]),
    ("docs/operations.md", "--server-name", &["shikaku.example", "192.0.2.7"]),
];

/// A reader's directory of the project, with a built program and a running demo.
struct Reader {
    directory: PathBuf,
    demo: Program,
    /// The database for the block that names a reader's own database.
    database: TestDatabase,
}

impl Reader {
    async fn start() -> Self {
        for program in ["curl", "openssl"] {
            let found =
                Command::new(program).arg("--version").output().or_else(|_| Command::new(program).arg("version").output());
            assert!(found.is_ok(), "the tests of documents need {program}");
        }
        let directory = scratch("documents");
        symlink(root().join("fixtures"), directory.join("fixtures")).unwrap();
        // The README says that a build puts the program here.
        let line = path_line();
        let built =
            line.split_once("$PWD/").and_then(|(_, rest)| rest.split_once(':')).expect("a directory of the project").0;
        fs::create_dir_all(directory.join(built)).unwrap();
        symlink(env!("CARGO_BIN_EXE_shikaku"), directory.join(built).join("shikaku")).unwrap();
        // The project's own script would build first.
        script(&directory.join("demo"), &format!("exec ./{built}/shikaku demo \"$@\""));
        fs::create_dir(directory.join("bin")).unwrap();
        script(
            &directory.join("bin/your-tests"),
            "terminal=\"$2/institutions/1310012344/reception-1\"
             code=$(curl -sS --cacert \"$2/ca.pem\" --cert \"$terminal.pem\" --key \"$terminal.key\" \
               -H 'Content-Type: application/xml' -X POST \"$1/oqs/OQSsiquc01\" | grep -o 'SHK[0-9]*' | head -n 1)
             echo \"the server answers: $code\"
             exit 7",
        );
        let mut demo = process::command();
        demo.current_dir(&directory).args(["demo", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0"]);
        Self { directory, demo: Program::start(demo), database: TestDatabase::empty().await }
    }

    /// Runs a script in the reader's shell, with options of the shell; returns exit code and both outputs together.
    fn shell(&self, options: &[&str], script: &str) -> (Option<i32>, String) {
        let file = self.directory.join("pasted");
        fs::write(&file, format!("exec 2>&1\n{}\n{script}", path_line())).unwrap();
        let mut shell = Command::new("sh");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SHIKAKU_")) {
            shell.env_remove(name);
        }
        for name in ["DATABASE_URL", "LANG", "LC_ALL", "LC_MESSAGES"] {
            shell.env_remove(name);
        }
        let path = format!("{}:{}", self.directory.join("bin").display(), std::env::var("PATH").unwrap());
        // The demo listens on free ports, but commands of the pages name the usual ones.
        let output = shell
            .args(options)
            .arg("pasted")
            .current_dir(&self.directory)
            .env("PATH", path)
            .env("SHIKAKU_TERMINAL_ADDR", &self.demo.terminal_addr)
            .env("SHIKAKU_OPERATOR_ADDR", &self.demo.operator_addr)
            .output()
            .unwrap();
        (output.status.code(), texts(&output).0)
    }

    /// Replaces the usual ports and names in a block by those of this demo.
    fn here(&self, block: &str) -> String {
        let port = self.demo.terminal_addr.rsplit_once(':').unwrap().1;
        block
            .replace("localhost:8443", &format!("localhost:{port}"))
            .replace("127.0.0.1:8080", &self.demo.operator_addr)
            .replace("postgres://user@host/name", &format!("'{}'", self.database.url()))
    }
}

fn script(path: &std::path::Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Returns the line of the README that puts the program on the path.
fn path_line() -> String {
    let blocks = Page::read("README.md").blocks("sh");
    let line = blocks.iter().flat_map(|block| block.lines()).find(|line| line.starts_with("export PATH="));
    line.expect("the README says how to find the program").to_owned()
}

/// Pastes the blocks of a page and checks what they print.
async fn paste(name: &str) {
    let page = Page::read(name);
    let blocks = page.blocks("sh");
    let reader = Reader::start().await;
    let in_turn: Vec<&String> = blocks.iter().filter(|block| way(name, block) == Way::InTurn).collect();
    let mark = |place: usize| format!("=== block {place} ===");
    let all = in_turn.iter().enumerate().map(|(place, block)| format!("echo '{}'\n{}", mark(place), reader.here(block)));
    let (code, out) = reader.shell(&["-e"], &all.collect::<String>());
    assert_eq!(code, Some(0), "{name}:\n{out}\n{}", reader.demo.log());
    let mut printed: Vec<(&String, String)> = Vec::new();
    for (place, block) in in_turn.iter().enumerate() {
        let (_, rest) = out.split_once(&mark(place)).unwrap();
        printed.push((block, rest.split(&mark(place + 1)).next().unwrap().to_owned()));
    }
    for block in blocks.iter().filter(|block| way(name, block) == Way::Alone) {
        let (code, out) = reader.shell(&[], &reader.here(block));
        // The script for CI ends with the exit code of the reader's tests.
        let expected = if block.contains("your-tests") { 7 } else { 0 };
        assert_eq!(code, Some(expected), "{name}: {block}\n{out}");
        printed.push((block, out));
    }
    for (_, fragment, expected) in PRINTED.iter().filter(|(page, _, _)| *page == name) {
        let of_block: Vec<_> = printed.iter().filter(|(block, _)| block.contains(fragment)).collect();
        assert_eq!(of_block.len(), 1, "{name}: {fragment}");
        for text in *expected {
            assert!(of_block[0].1.contains(text), "{name}: {text} is missing after {}\n{}", of_block[0].0, of_block[0].1);
        }
    }
    let Reader { database, demo, .. } = reader;
    drop(demo);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme() {
    paste("README.md").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages() {
    paste("docs/messages.md").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn law() {
    paste("docs/law.md").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations() {
    paste("docs/registrations.md").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn population() {
    paste("docs/population.md").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn operations() {
    paste("docs/operations.md").await;
}

/// The pages whose blocks the tests above paste.
const PASTED: [&str; 6] =
    ["README.md", "docs/messages.md", "docs/law.md", "docs/registrations.md", "docs/population.md", "docs/operations.md"];

#[test]
fn every_block_is_pasted_or_left_out_for_a_reason() {
    for page in pages().iter().filter(|page| !page.name.ends_with(".ja.md") && !PASTED.contains(&page.name.as_str())) {
        for block in page.blocks("sh") {
            assert!(matches!(way(&page.name, &block), Way::Never(_)), "{}: no test pastes\n{block}", page.name);
        }
    }
    for (name, start, way_of_it) in NOT_IN_TURN {
        let blocks = Page::read(name).blocks("sh");
        assert!(blocks.iter().any(|block| block.starts_with(start)), "{name} has no block {start} any more");
        assert!(way_of_it != Way::Never(""), "{start}");
    }
    for (name, fragment, _) in PRINTED {
        assert!(PASTED.contains(&name), "{name}: {fragment}");
    }
}

/// The tests above look for each text that a page tells its reader to look for.
#[test]
fn what_to_look_for_is_looked_for() {
    let mut told = 0;
    for name in PASTED {
        let page = Page::read(name);
        let paragraphs = page.text.split("\n\n").filter(|paragraph| paragraph.starts_with("Look for "));
        for word in paragraphs.flat_map(super::markdown::words) {
            let looked_for = PRINTED.iter().filter(|(page, _, _)| *page == name).flat_map(|(_, _, texts)| texts.iter());
            let known = looked_for.clone().any(|text| *text == word);
            assert!(known || word == "PharmacistsInfoConsTime", "{name}: nothing looks for {word}");
            told += 1;
        }
    }
    assert!(told >= 6, "{told}");
}

/// In zsh, a comment behind a command is an argument by default. Its text would also differ between the two languages.
#[test]
fn blocks_hold_no_comments_and_no_prompts() {
    for page in pages() {
        for line in page.blocks("sh").iter().flat_map(|block| block.lines()) {
            let wrong = line.starts_with('#') || line.contains(" # ") || line.starts_with("$ ");
            assert!(!wrong, "{}: {line}", page.name);
        }
    }
}
