//! Case files: rows of `id,kind,input,expected`, each evaluated by the rules and compared. `fixtures/cases/README.md` describes
//! them.

mod category;
mod copay;
mod dates;
mod input;
mod kind;
mod limit;
mod meals;
mod number;
mod outcome;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord};
use serde::Serialize;

use crate::language::{Bilingual, Japanese};

/// The result of a file's cases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// The number of cases.
    pub cases: usize,
    /// The cases that do not hold, in order.
    pub failures: Vec<FailedCase>,
}

/// A case that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedCase {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The case's id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The expected value.
    pub expected: String,
    /// The value found, or `error:FIELD` with the reason.
    #[serde(serialize_with = "in_english")]
    pub found: Bilingual,
}

/// Writes the English: JSON is the same whatever the language.
fn in_english<S: serde::Serializer>(text: &Bilingual, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(text)
}

/// The reason why a file is not a case file.
#[derive(Debug, thiserror::Error)]
pub enum CaseFileError {
    /// The first line lacks a column.
    #[error("the first line must name the columns id, kind, input and expected; `{0}` is not there")]
    Column(&'static str),
    /// A row cannot be read.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// The file has no rows besides the first line, or is empty.
    #[error("there is no case in it")]
    Empty,
}

impl Japanese for CaseFileError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Column(name) => {
                format!("1行目に列の名前（id、kind、input、expected）が必要ですが、`{name}`がありません").into()
            }
            Self::Csv(error) => format!("CSVとして読めません: {error}").into(),
            Self::Empty => "事例が一つもありません".into(),
        }
    }
}

/// Evaluates every case of `source`.
///
/// # Errors
/// If it is not a case file; nothing is reported then.
pub fn check(source: impl Read) -> Result<Report, CaseFileError> {
    let mut reader = ReaderBuilder::new().flexible(false).from_reader(source);
    let columns = Columns::of(reader.headers()?)?;
    let mut report = Report::default();
    let mut ids = HashSet::new();
    let mut row = StringRecord::new();
    while reader.read_record(&mut row)? {
        report.cases += 1;
        let line = row.position().map_or(0, csv::Position::line);
        let case = columns.case(&row);
        let found = if ids.insert(case.id.to_owned()) {
            case.differs()
        } else {
            Some(("error:id: stands twice", "error:id: 重複しています").into())
        };
        report.failures.extend(found.map(|found| case.failure(line, found)));
    }
    if report.cases == 0 { Err(CaseFileError::Empty) } else { Ok(report) }
}

/// The places of the columns.
struct Columns {
    id: usize,
    kind: usize,
    input: usize,
    expected: usize,
}

impl Columns {
    fn of(headers: &StringRecord) -> Result<Self, CaseFileError> {
        // A byte-order mark, as spreadsheets write it, is not part of the first name.
        let place = |name: &'static str| {
            let found = headers.iter().position(|header| header.trim_start_matches('\u{feff}').trim() == name);
            found.ok_or(CaseFileError::Column(name))
        };
        Ok(Self { id: place("id")?, kind: place("kind")?, input: place("input")?, expected: place("expected")? })
    }

    fn case<'a>(&self, row: &'a StringRecord) -> Case<'a> {
        let cell = |place: usize| row.get(place).unwrap_or_default().trim();
        Case { id: cell(self.id), kind: cell(self.kind), input: cell(self.input), expected: cell(self.expected) }
    }
}

struct Case<'a> {
    id: &'a str,
    kind: &'a str,
    input: &'a str,
    expected: &'a str,
}

impl Case<'_> {
    /// Returns the value found instead of the expected one; None if the case holds.
    fn differs(&self) -> Option<Bilingual> {
        match kind::work_out(self.kind, self.input) {
            Ok(outcome) if outcome.is(self.expected) => None,
            Ok(outcome) => Some((outcome.to_string(), outcome.to_string()).into()),
            Err(fault) if self.expected.strip_prefix("error:").is_some_and(|field| field == fault.field) => None,
            Err(fault) => Some(Bilingual::from(fault).map(|text| format!("error:{text}"))),
        }
    }

    fn failure(&self, line: u64, found: Bilingual) -> FailedCase {
        FailedCase { line, id: self.id.to_owned(), kind: self.kind.to_owned(), expected: self.expected.to_owned(), found }
    }
}

#[cfg(test)]
mod tests;
