//! 高額療養費算定基準額: a table for each change of the law. A table is never changed; a new year is a new file and its name in
//! the list below.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::band::{Ages, Band, Note};
use crate::domain::{LimitCategory, Month};
use crate::language::Japanese;

/// The amounts from one month of treatment on.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The first month.
    pub from: Month,
    /// The source of the amounts.
    pub source: &'static str,
    /// Whether the official codes of its bands are known; if not, no code can be called wrong.
    pub codes_known: bool,
    /// Under 70.
    pub under_70: &'static [Band],
    /// 70 and over.
    pub from_70: &'static [Band],
}

/// The source of the amounts: caps by 41条 and 42条, the yearly outpatient cap by 41条の2, and the corresponding articles of the
/// other laws.
const SOURCE: &str =
    "健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条";
/// The same, as amended by the order that sets the amounts from 2026-08 and 2027-08.
const SOURCE_OF_2026: &str = "健康保険法施行令41条・42条; 国民健康保険法施行令29条の2・29条の3; 高齢者の医療の確保に関する法律施行令14条・15条（令和8年政令第240号）";

/// Our sources name these categories without amounts.
const AS_PLAIN: Note = Note {
    english: "that オ（境） has the amounts of オ, 低所得Ⅰ（境） and 低所得Ⅰ（老福） those of 低所得Ⅰ, is a reading of ours",
    japanese: "オ（境）の額をオと、低所得Ⅰ（境）・（老福）の額を低所得Ⅰと同じと読んだ",
};

/// Declares each table's module and adds it to the list, in order of time.
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

/// The name of a band: an official code, or words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandName<'a> {
    /// An official code.
    Code(LimitCategory),
    /// A label of the table, or the name of a code. The width of characters does not matter, nor does a leading 区分.
    Label(&'a str),
}

/// The reason why a month has no such band.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BandError {
    /// The month lies before the first table.
    #[error("the tables begin with {0}")]
    TooEarly(Month),
    /// The month's table has no band of this name.
    #[error("the table of {from} has no such category for {ages}; it has {there}{}", elsewhen(.exists.as_ref()), ages = .ages.english())]
    Unknown {
        /// The age group asked for.
        ages: Ages,
        /// The first month of the table.
        from: Month,
        /// The bands of the table for them.
        there: String,
        /// The months in which other tables have the band for them.
        exists: Option<Months>,
    },
    /// The table has the band, but for other people.
    #[error("this category cannot be at this age: it is for {there}, not for {ages}", there = .there.english(), ages = .ages.english())]
    Age {
        /// The age group asked for.
        ages: Ages,
        /// The age group of the band.
        there: Ages,
    },
}

impl Japanese for BandError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::TooEarly(first) => format!("表は{first}からです").into(),
            Self::Unknown { ages, from, there, exists } => {
                let elsewhen = match exists.map(|months| (months.from, months.through)) {
                    None | Some((None, None)) => String::new(),
                    Some((Some(from), None)) => format!("。{from}からあります"),
                    Some((None, Some(through))) => format!("。{through}までありました"),
                    Some((Some(from), Some(through))) => format!("。{from}から{through}までありました"),
                };
                format!("{from}からの表の{}にこの区分はありません。あるのは{there}です{elsewhen}", ages.japanese()).into()
            }
            Self::Age { ages, there } => {
                format!("この区分は{}のもので、{}にはありません", there.japanese(), ages.japanese()).into()
            }
        }
    }
}

/// The months of one or more tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Months {
    /// The first; None if the tables begin with it, so that it may be earlier.
    pub from: Option<Month>,
    /// The last; None if there is no end yet.
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
    /// Returns whether the month is wrong, not the name.
    #[must_use]
    pub fn is_of_month(&self) -> bool {
        matches!(self, Self::TooEarly(_))
    }
}

/// Returns every table, oldest first.
#[must_use]
pub fn tables() -> &'static [&'static Table] {
    TABLES
}

/// The time since which amounts are unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The first month known to have them.
    pub month: Month,
    /// Whether they begin with it; otherwise they may be older than the tables here.
    pub is_start: bool,
}

/// Returns the first month since which people of the band have had its amounts unchanged, up to the table of `month`. The bands
/// under 70 begin with the first table; amounts from 70 on were the same before it.
#[must_use]
pub fn unchanged_since(month: Month, band: &Band) -> Since {
    let same = |table: &&&Table| table.under_70.iter().chain(table.from_70).any(|other| other.amounts_as(band));
    let earlier = TABLES.iter().rev().skip_while(|table| table.from > month);
    let month = earlier.take_while(same).last().map_or(month, |table| table.from);
    Since { month, is_start: month > TABLES[0].from || band.ages == Ages::Under70 }
}

/// Returns the table of a month of treatment; None before 2015-01.
#[must_use]
pub fn table_of(month: Month) -> Option<&'static Table> {
    TABLES.iter().rev().find(|table| table.from <= month).copied()
}

/// Returns the band that `name` means in the table of `month` for people of `ages`.
///
/// # Errors
/// If the tables do not reach back so far, or the month has no such band for them.
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

/// Returns the months in which people of `ages` have a band, as one range; None if they never have it.
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
