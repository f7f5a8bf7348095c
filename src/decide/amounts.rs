//! The amounts that a limit certificate's category means in a month.

use jiff::civil::Date;

use crate::domain::{Coverage, LimitCertificate, LimitKind, Month, Scheme, Yen};
use crate::rules::limit::{BandError, BandName, Note, Since, Terms, band, readings, table_of, unchanged_since};
use crate::rules::meals::{Eater, MealCharge};
use crate::rules::scheme::late_elderly_begins;

use super::compared::Compared;
use super::findings::ages_on;

/// The amounts of a category in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Month, band, and whether the amounts are halved.
    pub terms: Terms,
    /// The first month since which people of the band have had these amounts.
    pub since: Since,
    /// Their source.
    pub source: &'static str,
    /// Whether a 配慮措置 may lower the outpatient cap in this month.
    pub transitional: bool,
}

impl Amounts {
    /// Returns our readings on which they rest.
    pub(super) fn readings(&self) -> Vec<Note> {
        readings(&self.terms, &self.terms.household_cap(Yen::ZERO)).collect()
    }
}

/// Returns the amounts of a certificate's category in the month of the check date, half of them if `halved`.
///
/// # Errors
/// A note that says why there are no amounts.
pub(super) fn amounts(check_on: Date, coverage: &Coverage, limit: &LimitCertificate, halved: bool) -> Result<Amounts, Note> {
    let name = BandName::Code(limit.category);
    let month = Month::of(check_on);
    let table = table_of(month).ok_or(TOO_EARLY)?;
    let found = band(month, ages_on(coverage, check_on), name).map_err(|error| match error {
        BandError::TooEarly(_) => TOO_EARLY,
        BandError::Unknown { .. } if !table.codes_known => CODES_UNKNOWN,
        BandError::Unknown { .. } => NOT_IN_MONTH,
        BandError::Age { .. } => OF_ANOTHER_AGE,
    })?;
    let terms = Terms { month, band: found, fourth_month: false, turns_75: halved };
    let since = unchanged_since(month, found);
    let measure = found.outpatient.and_then(|outpatient| outpatient.transitional);
    Ok(Amounts {
        terms,
        since,
        source: table_of(since.month).unwrap_or(table).source,
        transitional: measure.is_some_and(|measure| month <= measure.through),
    })
}

/// Returns the 75th birthday in the month of `day`, not on its first day, with which the person changes the scheme: the person's
/// own, or that of the insured with whom the person lost a coverage as a dependant on `lost_with_insured`. A person who is
/// already in 後期高齢者医療 for a disability does not change the scheme.
pub(super) fn halving_birthday(day: Date, coverage: &Coverage, lost_with_insured: Option<Date>) -> Option<(Compared, Date)> {
    let begins = late_elderly_begins(coverage.identity.birth_on);
    let before = coverage.key.insurer.scheme() == Scheme::LateElderly && coverage.acquired_on < begins;
    let own = Some((Compared::Turns75, begins)).filter(|_| !before);
    let changes = |on: &Date| coverage.acquired_on == *on || coverage.loss.is_some_and(|loss| loss.on == *on);
    let of_insured = lost_with_insured.filter(changes).map(|on| (Compared::InsuredTurns75, on));
    let halves = |on: Date| Month::of(on) == Month::of(day) && on.day() != 1;
    own.into_iter().chain(of_insured).find(|(_, on)| halves(*on))
}

/// Returns the charge of a meal in hospital with the certificate in the month of the check date.
///
/// # Errors
/// A note that the charge is not known.
pub(super) fn meal(check_on: Date, limit: &LimitCertificate) -> Result<MealCharge, Note> {
    let reduced = limit.kind != LimitKind::Limit;
    let long_stay = limit.long_stay_on.is_some_and(|since| since <= check_on);
    Eater::of(Some(limit.category), reduced, long_stay, false).charge(Month::of(check_on)).ok_or(MEALS_TOO_EARLY)
}

const MEALS_TOO_EARLY: Note = Note {
    english: "no charge of a meal is shown: those before 2018-04 are not known here",
    japanese: "2018年3月以前の食事の負担額は収録していないため、示さない",
};

const TOO_EARLY: Note = Note {
    english: "no amounts are shown: those before 2015-01 are not known here",
    japanese: "2014年12月以前の限度額は収録していないため、額は示さない",
};

const CODES_UNKNOWN: Note = Note {
    english: "no amounts are shown: official codes of the bands of this month are not known to us",
    japanese: "この月の区分の公式コードが分からないため、額は示さない",
};

const NOT_IN_MONTH: Note = Note {
    english: "no amounts are shown: this month has no such category at this age",
    japanese: "この月・この年齢にない適用区分のため、額は示さない",
};

const OF_ANOTHER_AGE: Note = Note {
    english: "no amounts are shown: the category is one of another age",
    japanese: "この年齢の適用区分ではないため、額は示さない",
};
