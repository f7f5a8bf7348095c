//! The people of a population that are asked about: those whose coverage is in force.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::Path;

use hyper::body::Bytes;
use shikaku::clock::{system_now, tokyo_date};
use shikaku::domain::{AnswerCharset, BranchNumber, CardKey, CardNumber, CardSymbol, InsurerNumber};
use shikaku::fixtures::Ask;
use shikaku::language::Bilingual;
use shikaku::mass::MassDirectory;
use shikaku::wire::Format;
use shikaku_load::answer::Expected;
use shikaku_load::people;
use shikaku_load::plan::{Choice, PeoplePlan, Share};
use shikaku_load::random::{Chance, Random};

/// The institution that asks: the first of the fixtures.
pub const INSTITUTION: &str = "1310012344";

/// The people whose answers are compared before the measurement.
const COMPARED: usize = 20;

/// People in an order of chance; the first ones are the hot ones.
pub struct People {
    all: Vec<Asked>,
    hot: usize,
    /// The messages of a window.
    drawn: usize,
    /// What the first ones must get.
    expected: Vec<Expected>,
}

/// A person and the question about them.
pub struct Asked {
    /// The stable id.
    pub id: String,
    /// The question.
    pub ask: Ask,
}

/// Whom a window asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// The hot ones.
    Hot,
    /// Everybody.
    All,
}

impl People {
    /// Reads the people of a directory of the mass format; a window draws so many of them.
    ///
    /// # Errors
    /// If there is nobody to ask about.
    pub fn read(directory: &Path, hot: usize, drawn: usize) -> Result<Self, Bilingual> {
        let most = NonZeroUsize::MAX;
        let plan = PeoplePlan {
            directory: directory.to_owned(),
            hot: most,
            choice: Choice::Uniform,
            unknown: false,
            compared: Share::ALL,
        };
        let nobody = |_| Bilingual::from(("the population has nobody to ask about", "照会の対象になる人物がいません"));
        let mut read = people::read(&plan, directory, 1).map_err(nobody)?;
        // Among the named situations are people whose coverage is lost, or who have several.
        read.retain(|person| person.expected.is_in_force());
        let mut random = Random::new(1, Chance::People);
        for left in (1..read.len()).rev() {
            read.swap(left, random.place(left + 1));
        }
        let expected = read.iter().take(COMPARED).map(|person| person.expected.clone()).collect();
        let all: Vec<Asked> = read.into_iter().map(|person| Asked { id: person.id, ask: person.ask }).collect();
        let hot = hot.min(all.len());
        Ok(Self { all, hot, drawn, expected })
    }

    /// Returns those among whom a window draws.
    pub fn among(&self, among: Among) -> &[Asked] {
        match among {
            Among::Hot => &self.all[..self.hot],
            Among::All => &self.all,
        }
    }

    /// Returns the first people, each with the right answer.
    pub fn compared(&self) -> impl Iterator<Item = (&Asked, &Expected)> {
        self.all.iter().zip(&self.expected)
    }

    /// Draws the messages of a window.
    pub fn messages(&self, among: Among, format: Format, window: u64) -> Vec<Bytes> {
        let from = self.among(among);
        let mut random = Random::new(1, Chance::Request(window));
        (0..self.drawn).map(|_| message(&from[random.place(from.len())], format)).collect()
    }
}

/// Returns the ids of the people of whom J-LIS knows no certificate.
///
/// # Errors
/// If the files cannot be read.
pub fn without_cards(directory: &Path) -> Result<HashSet<String>, Bilingual> {
    let unreadable = || Bilingual::from(("the population cannot be read", "人物のファイルを読めません"));
    let files = MassDirectory::open(directory, tokyo_date(system_now())).map_err(|_| unreadable())?;
    let mut without = HashSet::new();
    for person in files.people() {
        let person = person.map_err(|_| unreadable())?;
        if person.cards.is_empty() {
            without.insert(person.fixture_id);
        }
    }
    Ok(without)
}

/// Writes the question about a person by what stands on the card.
pub fn message(person: &Asked, format: Format) -> Bytes {
    person.ask.request(INSTITUTION).write(format, AnswerCharset::Utf8).into()
}

/// Returns the key by which the registry finds a coverage.
///
/// # Errors
/// If the question holds something that no card has.
pub fn search_key(ask: &Ask) -> Result<String, Bilingual> {
    let key = CardKey {
        insurer: InsurerNumber::parse(&ask.insurer)?,
        symbol: ask.symbol.as_deref().map(CardSymbol::parse).transpose()?,
        number: CardNumber::parse(&ask.number)?,
        branch: ask.branch.as_deref().map(BranchNumber::parse).transpose()?,
    };
    Ok(key.search_key().into_string())
}
