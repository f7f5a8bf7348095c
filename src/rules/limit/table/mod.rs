//! 高額療養費算定基準額, a table for each change of the law. A table is never changed; a new year is a new file and its name
//! in the list below.

use unicode_normalization::UnicodeNormalization;

use super::band::{Ages, Band, Note};
use crate::domain::{LimitCategory, Month};

/// The amounts from one month of treatment on.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The first month.
    pub from: Month,
    /// Where the amounts stand.
    pub source: &'static str,
    /// Whether the official codes of its bands are known; where they are not, no code can be called wrong.
    pub codes_known: bool,
    /// Under 70.
    pub under_70: &'static [Band],
    /// 70 and over.
    pub from_70: &'static [Band],
}

/// Where the amounts stand: cap by 41条 and 42条, the outpatient cap of a year by 41条の2, and the like of the other laws.
const SOURCE: &str =
    "健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条";
/// The same, as the order that brings the amounts from 2026-08 and 2027-08 changed it.
const SOURCE_OF_2026: &str = "健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条（令和8年政令第240号）";

/// Our sources name these categories and give no amounts for them.
const AS_PLAIN: Note = Note {
    english: "that オ（境） has the amounts of オ, 低所得Ⅰ（境） and 低所得Ⅰ（老福） those of 低所得Ⅰ, is a reading of ours",
    japanese: "オ（境）の額をオと、低所得Ⅰ（境）・（老福）の額を低所得Ⅰと同じと読んだ",
};

/// Declares each table's module and puts it into the list, in order of time.
macro_rules! tables {
    ($($name:ident,)*) => {
        $(mod $name;)*
        static TABLES: &[&Table] = &[$(&$name::TABLE),*];
    };
}

tables! {
    from_2015_01,
    from_2017_08,
    from_2018_08,
    from_2022_10,
    from_2026_08,
    from_2027_08,
}

/// How somebody names a band: by an official code, or in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandName<'a> {
    /// An official code.
    Code(LimitCategory),
    /// A label of the table, or the name of a code. The width of characters does not count, nor does 区分 before it.
    Label(&'a str),
}

/// Why a month has no such band.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BandError {
    /// The month lies before the first table.
    #[error("the tables begin with {0}")]
    TooEarly(Month),
    /// Nothing of this name in the month's table.
    #[error("the table of {from} has no such category for {ages}; it has {there}{}", elsewhen(.exists.as_ref()), ages = .ages.english())]
    Unknown {
        /// Whom it was sought for.
        ages: Ages,
        /// The first month of the table.
        from: Month,
        /// What the table has for them.
        there: String,
        /// The months in which other tables have it for them.
        exists: Option<Months>,
    },
    /// The table has it, for other people.
    #[error("this category cannot be at this age: it is for {there}, not for {ages}", there = .there.english(), ages = .ages.english())]
    Age {
        /// Whom it was sought for.
        ages: Ages,
        /// Whom it is for.
        there: Ages,
    },
}

/// The months of one or more tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Months {
    /// The first; `None` if the tables begin with it, so that it may have been earlier.
    pub from: Option<Month>,
    /// The last; `None` if there is no end yet.
    pub through: Option<Month>,
}

fn elsewhen(exists: Option<&Months>) -> String {
    match exists.map(|months| (months.from, months.through)) {
        None | Some((None, None)) => String::new(),
        Some((Some(from), None)) => format!("; it exists from {from} on"),
        Some((None, Some(through))) => format!("; it exists until {through}"),
        Some((Some(from), Some(through))) => format!("; it exists from {from} until {through}"),
    }
}

impl BandError {
    /// Whether the month is to blame, not the name.
    #[must_use]
    pub fn is_of_month(&self) -> bool {
        matches!(self, Self::TooEarly(_))
    }
}

/// Every table, oldest first.
#[must_use]
pub fn tables() -> &'static [&'static Table] {
    TABLES
}

/// Since when amounts have been as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The first month that is known to have them.
    pub month: Month,
    /// Whether they begin with it; otherwise they may be older than the tables here.
    pub is_start: bool,
}

/// The first month since which people of the band have had its amounts without a change, up to the table of `month`. The bands
/// under 70 begin with the first table, and amounts from 70 on were the same before it.
#[must_use]
pub fn unchanged_since(month: Month, band: &Band) -> Since {
    let same = |table: &&&Table| table.under_70.iter().chain(table.from_70).any(|other| other.amounts_as(band));
    let earlier = TABLES.iter().rev().skip_while(|table| table.from > month);
    let month = earlier.take_while(same).last().map_or(month, |table| table.from);
    Since { month, is_start: month > TABLES[0].from || band.ages == Ages::Under70 }
}

/// The table of a month of treatment; `None` before 2015-01.
#[must_use]
pub fn table_of(month: Month) -> Option<&'static Table> {
    TABLES.iter().rev().find(|table| table.from <= month).copied()
}

/// The band that `name` means in the table of `month` for people of `ages`.
///
/// # Errors
/// When the tables do not reach back so far, or the month has no such band for them.
pub fn band(month: Month, ages: Ages, name: BandName<'_>) -> Result<&'static Band, BandError> {
    let table = table_of(month).ok_or_else(|| BandError::TooEarly(TABLES[0].from))?;
    let mut others = None;
    for band in table.under_70.iter().chain(table.from_70).filter(|band| name.means(band)) {
        if band.ages.meets(ages) {
            return Ok(band);
        }
        others = Some(band.ages);
    }
    Err(match others {
        Some(there) => BandError::Age { ages, there },
        None => BandError::Unknown { ages, from: table.from, there: table.labels(ages), exists: exists(ages, name) },
    })
}

/// In which months people of `ages` have a band, in one stretch; `None` if they never have it.
fn exists(ages: Ages, name: BandName<'_>) -> Option<Months> {
    let has =
        |table: &&Table| table.under_70.iter().chain(table.from_70).any(|band| name.means(band) && band.ages.meets(ages));
    let (first, last) = (TABLES.iter().position(has)?, TABLES.iter().rposition(has)?);
    Some(Months {
        from: (first > 0).then(|| TABLES[first].from),
        through: TABLES.get(last + 1).map(|next| next.from.previous()),
    })
}

impl Table {
    fn labels(&self, ages: Ages) -> String {
        let fitting = self.under_70.iter().chain(self.from_70).filter(|band| band.ages.meets(ages));
        fitting.map(|band| band.label).collect::<Vec<_>>().join(", ")
    }
}

impl BandName<'_> {
    fn means(self, band: &Band) -> bool {
        match self {
            Self::Code(code) => band.codes.contains(&code),
            Self::Label(label) => {
                let label = label.trim();
                let plain = label.strip_prefix("区分").unwrap_or(label);
                let same = |other: &str| plain == other || plain.nfkc().eq(other.nfkc());
                same(band.label) || band.codes.iter().any(|code| same(code.japanese().trim_start_matches("区分")))
            }
        }
    }
}
