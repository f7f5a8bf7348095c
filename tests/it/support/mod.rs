//! Shared parts of the tests: one PostgreSQL and one PKI for the run, and worlds, each a server with its own database.

pub mod bulk;
pub mod card;
pub mod database;
pub mod h2;
pub mod look_alike;
pub mod mass;
pub mod process;
pub mod registry;
pub mod world;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use shikaku::fixtures::{Ask, Fixtures};
use shikaku::terminal::Reply;
use shikaku::wire::message::by_card::NewRequest;
use shikaku::wire::{Bounds, Element, Format};
use shikaku::{domain::AnswerCharset, wire};

pub use process::Program;
pub use world::{OTHER_CLINIC, SHIFT_JIS_CLINIC, TEST_CLINIC, World};

/// Returns the root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Creates a new directory below Cargo's directory for tests, unique in this run.
pub fn scratch(name: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Copies the project's fixtures, so that a test may spoil them.
pub fn fixtures_to_spoil() -> PathBuf {
    let target = scratch("fixtures");
    std::fs::create_dir_all(target.join("people")).unwrap();
    for (from, to) in [("fixtures", ""), ("fixtures/people", "people")] {
        for entry in std::fs::read_dir(root().join(from)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, target.join(to).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    target
}

/// Returns the project's fixtures.
pub fn fixtures() -> &'static Fixtures {
    static FIXTURES: OnceLock<Fixtures> = OnceLock::new();
    FIXTURES.get_or_init(|| Fixtures::read(&root().join("fixtures")).expect("the fixtures have no faults"))
}

/// Returns the question of a fixture person.
pub fn ask_of(id: &str) -> Ask {
    fixtures().person(id).unwrap_or_else(|| panic!("no person {id}")).ask.clone()
}

/// Writes the question as a message from `institution`.
pub fn message(ask: &Ask, institution: &str, format: Format, charset: AnswerCharset) -> Vec<u8> {
    NewRequest { file_identifier: Some("TEST-0001"), ..ask.request(institution) }.write(format, charset)
}

/// Parses an answer.
pub fn parse(format: Format, body: &[u8]) -> Element<'static> {
    wire::Format::parse(format, body, Bounds::ANSWER).expect("an official message")
}

/// Returns the text of the first element with this name, anywhere in a message.
pub fn text_of(element: &Element, name: &str) -> Option<String> {
    if element.name == name {
        return Some(element.text.to_string());
    }
    element.children.iter().find_map(|child| text_of(child, name))
}

/// Returns every text of elements with this name, at any depth.
pub fn texts_of<'a>(element: &'a Element, name: &str) -> Vec<&'a str> {
    let own = (element.name == name).then_some(&*element.text);
    own.into_iter().chain(element.children.iter().flat_map(|child| texts_of(child, name))).collect()
}

/// Returns status, SegmentOfResult and ErrorCode of a reply.
pub fn outcome(format: Format, reply: &Reply) -> (u16, Option<String>, Option<String>) {
    let answer = parse(format, &reply.body);
    (reply.status.as_u16(), text_of(&answer, "SegmentOfResult"), text_of(&answer, "ErrorCode"))
}

/// Returns the [`outcome`] of a refusal.
pub fn refused(status: u16, code: &str) -> (u16, Option<String>, Option<String>) {
    (status, Some("9".to_owned()), Some(code.to_owned()))
}

/// Returns the [`outcome`] of an answer.
pub fn answered() -> (u16, Option<String>, Option<String>) {
    (200, Some("1".to_owned()), None)
}
