//! People: about whom terminals ask, and how many answers are compared.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use shikaku::fixtures::Table;

use super::number::{Share, count};

/// About whom terminals ask, and how many answers are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct PeoplePlan {
    /// Hand-written fixtures, or files of the mass format.
    pub directory: PathBuf,
    /// The most people asked about, chosen at random; memory is taken for each.
    pub hot: NonZeroUsize,
    /// How one of them is chosen for a request.
    pub choice: Choice,
    /// Whether people are asked about whom the server does not find. A server counts such lookups against guessing, and refuses an
    /// institution after some thousands in an hour.
    pub unknown: bool,
    /// The share of the answers that are compared with what is expected.
    pub compared: Share,
}

/// How a person is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// Each as likely as another.
    Uniform,
    /// A few often and many seldom: the chance falls with the rank to this power, above 0.
    Zipf(f64),
}

#[derive(Clone, Copy)]
enum Kind {
    Uniform,
    Zipf,
}

const KINDS: [(&str, Kind); 2] = [("uniform", Kind::Uniform), ("zipf", Kind::Zipf)];
const MOST_HOT: usize = 2_000_000;
const USUAL_HOT: usize = 10_000;
const MOST_EXPONENT: f64 = 10.0;

pub(super) fn read(mut table: Table<'_>) -> Option<PeoplePlan> {
    let directory = table.require("directory", |text| {
        let wanted = ("must be a directory such as \"fixtures\"", "\"fixtures\"のようなディレクトリーです");
        if text.is_empty() { Err(wanted) } else { Ok(PathBuf::from(text)) }
    });
    let hot = table.number("hot", count(MOST_HOT));
    let kind = table.word("choice", &KINDS).unwrap_or(Kind::Uniform);
    let exponent = table.line_of("exponent");
    let given = table.number("exponent", |number| {
        let fits = number > 0.0 && number <= MOST_EXPONENT;
        fits.then_some(number).ok_or_else(|| {
            (
                format!("must be a number above 0, at most {MOST_EXPONENT}"),
                format!("0より大きく{MOST_EXPONENT}以下の数値です"),
            )
        })
    });
    let choice = match (kind, given) {
        (Kind::Uniform, None) => Choice::Uniform,
        (Kind::Uniform, Some(_)) => {
            table.fault_at(
                exponent,
                "exponent",
                ("goes with `choice = \"zipf\"` alone", "`choice = \"zipf\"`のときだけ書けます"),
            );
            Choice::Uniform
        }
        (Kind::Zipf, given) => Choice::Zipf(given.unwrap_or(1.0)),
    };
    let unknown = table.flag("unknown").unwrap_or_default();
    let compared = table.number("compared", Share::new);
    table.finish();
    Some(PeoplePlan {
        directory: directory?,
        hot: hot.or(NonZeroUsize::new(USUAL_HOT))?,
        choice,
        unknown,
        compared: compared.unwrap_or(Share::ALL),
    })
}
