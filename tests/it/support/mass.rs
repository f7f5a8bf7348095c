//! Generated populations: as people, as files, and as loads of these files by the program.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use shikaku::fixtures::Ask;
use shikaku::population::{Order, Profile, households};
use shikaku::store::registry::NewPerson;

use super::database::TestDatabase;
use super::process::{command, shikaku, texts};
use super::scratch;

/// Makes people, with whole households, of a seed.
pub fn made(people: usize, seed: u64) -> Vec<NewPerson> {
    let order = Order {
        people: people as u64,
        seed,
        as_of: jiff::civil::date(2026, 12, 1),
        profile: Profile::standard().clone(),
        threads: NonZero::<usize>::MIN,
    };
    households(&order).flatten().map(|(person, _)| person).take(people).collect()
}

/// Makes the files of these people.
pub fn files(people: usize, seed: u64) -> PathBuf {
    let out = scratch("population").join("files");
    let (number, seed) = (people.to_string(), seed.to_string());
    let made =
        shikaku(&["population", "generate", "--people", &number, "--seed", &seed, "--out", out.to_str().expect("a path")]);
    assert!(made.status.success(), "{}", texts(&made).1);
    out
}

/// Returns the question about the coverage that a person has on the day as of which people are made.
pub fn ask_of_made(person: &NewPerson) -> Option<Ask> {
    let coverage = person.coverages.iter().find(|coverage| coverage.loss.is_none())?;
    let (key, text) = (&coverage.key, |text: &str| Some(text.to_owned()));
    Some(Ask {
        insurer: key.insurer.as_str().to_owned(),
        symbol: key.symbol.as_ref().and_then(|symbol| text(symbol.as_str())),
        number: key.number.as_str().to_owned(),
        branch: key.branch.as_ref().and_then(|branch| text(branch.as_str())),
        birth_on: coverage.identity.birth_on.date(),
        check_on: jiff::civil::date(2026, 12, 1),
        limit_consent: false,
    })
}

/// Returns the command that loads files into a database.
pub fn load_command(database: &TestDatabase, files: &Path, extra: &[&str]) -> Command {
    let mut command = command();
    command.args(["fixtures", "load", "--database-url", &database.url(), "--dir"]).arg(files).args(extra);
    command
}

/// Starts the command.
pub fn start_load(database: &TestDatabase, files: &Path, extra: &[&str]) -> Child {
    load_command(database, files, extra).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}
