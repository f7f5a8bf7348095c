//! The people of a population that are asked about: those whose coverage is in force.

use std::num::NonZeroUsize;
use std::path::Path;

use hyper::body::Bytes;
use shikaku::domain::{AnswerCharset, BranchNumber, CardKey, CardNumber, CardSymbol, InsurerNumber};
use shikaku::fixtures::Ask;
use shikaku::language::{Bilingual, Japanese};
use shikaku::wire::Format;
use shikaku_load::answer::Expected;
use shikaku_load::people::{self, Holder, PeopleError};
use shikaku_load::plan::{Choice, PeoplePlan, Share};
use shikaku_load::random::{Chance, Random};

/// The institution that asks: the first of the fixtures.
pub const INSTITUTION: &str = "1310012344";

/// The people whose answers are compared before the measurement.
const COMPARED: usize = 20;

/// People in an order of chance; the first ones are the hot ones.
pub struct People {
    all: Vec<Ask>,
    hot: usize,
    /// The messages of a window.
    drawn: usize,
    /// What the first ones must get.
    expected: Vec<Expected>,
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
    pub fn read(directory: &Path, pki: &Path, hot: usize, drawn: usize) -> Result<Self, Bilingual> {
        let read = people::read(&plan(directory, NonZeroUsize::MAX), false, directory, pki, SEED);
        let mut read = read.map_err(|error| unreadable(&error))?.asked;
        // Among the named situations are people whose coverage is lost, or who have several.
        read.retain(|person| person.expected.is_in_force());
        let mut random = Random::new(SEED, Chance::People);
        for left in (1..read.len()).rev() {
            read.swap(left, random.place(left + 1));
        }
        let expected = read.iter().take(COMPARED).map(|person| person.expected.clone()).collect();
        let all: Vec<Ask> = read.into_iter().map(|person| person.ask).collect();
        let hot = hot.min(all.len());
        Ok(Self { all, hot, drawn, expected })
    }

    /// Returns those among whom a window draws.
    pub fn among(&self, among: Among) -> &[Ask] {
        match among {
            Among::Hot => &self.all[..self.hot],
            Among::All => &self.all,
        }
    }

    /// Returns the first people, each with the right answer.
    pub fn compared(&self) -> impl Iterator<Item = (&Ask, &Expected)> {
        self.all.iter().zip(&self.expected)
    }

    /// Draws the messages of a window.
    pub fn messages(&self, among: Among, format: Format, window: u64) -> Vec<Bytes> {
        let from = self.among(among);
        let mut random = Random::new(1, Chance::Request(window));
        (0..self.drawn).map(|_| message(&from[random.place(from.len())], format)).collect()
    }
}

/// Reads holders of cards, drawn from a directory of the mass format: at most so many. Their cards are made when they are shown first.
///
/// # Errors
/// If nobody has a card, or the card CA of generated people is missing.
pub fn holders(directory: &Path, pki: &Path, most: usize) -> Result<Vec<Holder>, Bilingual> {
    let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
    let read = people::read(&plan(directory, most), true, directory, pki, SEED).map_err(|error| unreadable(&error))?;
    Ok(read.holders.into_iter().filter(|holder| holder.expected.is_in_force()).collect())
}

/// Where random choices begin.
const SEED: u64 = 1;

fn plan(directory: &Path, most: NonZeroUsize) -> PeoplePlan {
    let directory = directory.to_owned();
    PeoplePlan { directory, hot: most, choice: Choice::Uniform, unknown: false, compared: Share::ALL }
}

fn unreadable(error: &PeopleError) -> Bilingual {
    match error {
        PeopleError::Nobody => ("the population has nobody to ask about", "照会の対象になる人物がいません").into(),
        PeopleError::NoCards => ("nobody has a card in use", "使用中のカードを持つ人物がいません").into(),
        PeopleError::Faults(..) => ("the files of the population have faults", "人物のファイルに誤りがあります").into(),
        PeopleError::Pki(error) => (error.to_string(), error.japanese()).into(),
    }
}

/// Writes the question about a person by what stands on the card.
pub fn message(ask: &Ask, format: Format) -> Bytes {
    ask.request(INSTITUTION).write(format, AnswerCharset::Utf8).into()
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
