//! What no insurer can register: parts that the scheme does not have, and impossible dates.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::language::{Bilingual, Japanese};

use super::card_key::CardKey;
use super::coverage::{CardClass, Coverage, LossReason};
use super::insurer::Scheme;
use super::recipient_number::check_recipient_number;

/// The days that a registration can have: from the first of Meiji, because people who were born before are not insured any more, to a
/// hundred years ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrableDays {
    last: Date,
}

/// The day lies before 1868, or more than a hundred years ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must lie between {} and {last}", RegistrableDays::FIRST)]
pub struct DayError {
    last: Date,
}

impl Japanese for DayError {
    fn japanese(&self) -> Cow<'static, str> {
        format!("{}から{}までの日付を書いてください", RegistrableDays::FIRST, self.last).into()
    }
}

impl RegistrableDays {
    /// The first day, inclusive.
    pub const FIRST: Date = date(1868, 1, 1);

    /// Makes the days as of `today`.
    #[must_use]
    pub fn of(today: Date) -> Self {
        Self { last: today.saturating_add(100.years()) }
    }

    /// Returns the day.
    ///
    /// # Errors
    /// If it is not one of these days.
    pub fn check(self, day: Date) -> Result<Date, DayError> {
        if (Self::FIRST..=self.last).contains(&day) { Ok(day) } else { Err(DayError { last: self.last }) }
    }
}

/// Lists the reasons why these coverages contradict the date of death: every coverage ends by the day after, and one that is lost for
/// 死亡 exactly on that day.
pub fn death_contradictions(died_on: Date, coverages: &[Coverage]) -> Vec<Bilingual> {
    let after = died_on.tomorrow().unwrap_or(died_on);
    let mut reasons = Vec::new();
    if !coverages.iter().all(|coverage| coverage.loss.is_some_and(|loss| loss.on <= after)) {
        let english = format!("`died_on` is {died_on}, so every coverage must be lost by {after}");
        reasons.push((english, format!("`died_on`が{died_on}なので、すべての資格を{after}までに喪失させてください")).into());
    }
    let of_death = coverages.iter().filter_map(|coverage| coverage.loss).filter(|loss| loss.reason == LossReason::Death);
    for _ in of_death.filter(|loss| loss.on != after) {
        let english = format!("a coverage lost by death is lost on the day after, {after}");
        reasons.push((english, format!("死亡による資格喪失日は翌日の{after}です")).into());
    }
    reasons
}

/// Says which parts a coverage has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// 本人・家族.
    pub relationship: bool,
    /// At least one 一部負担金割合.
    pub ratio: bool,
    /// At least one 高齢受給者証, 限度額適用認定証 or 特定疾病療養受療証.
    pub certificate: bool,
    /// At least one 医療券・調剤券.
    pub ticket: bool,
}

impl Parts {
    /// Returns the parts of a coverage.
    #[must_use]
    pub fn of(coverage: &Coverage) -> Self {
        let certificates = [coverage.elderly.len(), coverage.limits.len(), coverage.specific_diseases.len()];
        Self {
            relationship: coverage.relationship.is_some(),
            ratio: !coverage.ratios.is_empty(),
            certificate: certificates.iter().any(|number| *number > 0),
            ticket: !coverage.tickets.is_empty(),
        }
    }
}

/// Lists the reasons why a coverage of this scheme cannot have these parts, in English and in Japanese.
pub fn contradictions(
    key: &CardKey,
    card_class: CardClass,
    has: Parts,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let scheme = key.insurer.scheme();
    let (late_elderly, medical_aid) = (scheme == Scheme::LateElderly, scheme == Scheme::MedicalAid);
    let on_card = key.symbol.is_some() || key.branch.is_some() || has.relationship;
    [
        (
            late_elderly && on_card,
            (
                "後期高齢者医療 (39…) has no `symbol`, no `branch` and no `relationship`",
                "後期高齢者医療（39…）に`symbol`、`branch`、`relationship`はありません",
            ),
        ),
        (
            medical_aid && on_card,
            (
                "医療扶助 (12…) has no `symbol`, no `branch` and no `relationship`",
                "医療扶助（12…）に`symbol`、`branch`、`relationship`はありません",
            ),
        ),
        (scheme.insures_below_75() && !has.relationship, ("`relationship` is missing", "`relationship`がありません")),
        (
            !late_elderly && has.ratio,
            (
                "only 後期高齢者医療 (39…) registers `ratio`; use `elderly` for 高齢受給者証",
                "`ratio`を登録できるのは後期高齢者医療（39…）だけです。高齢受給者証は`elderly`に書いてください",
            ),
        ),
        (
            medical_aid && has.certificate,
            (
                "医療扶助 (12…) has no `elderly`, no `limit` and no `specific_disease`",
                "医療扶助（12…）に`elderly`、`limit`、`specific_disease`はありません",
            ),
        ),
        (
            !medical_aid && has.ticket,
            ("only 医療扶助 (12…) registers `ticket`", "`ticket`を登録できるのは医療扶助（12…）だけです"),
        ),
        (
            medical_aid != (card_class == CardClass::MedicalAid),
            (
                "`card_class` medical_aid and an `insurer` of 医療扶助 (12…) go together",
                "`card_class`のmedical_aidと、`insurer`の医療扶助（12…）は一緒に使います",
            ),
        ),
    ]
    .into_iter()
    .filter_map(|(wrong, fault)| wrong.then_some(fault))
}

/// Checks that an insurer can register the coverage.
///
/// # Errors
/// The first reason why not.
pub(super) fn check(coverage: &Coverage) -> Result<(), String> {
    let has = Parts::of(coverage);
    if let Some((reason, _)) = contradictions(&coverage.key, coverage.card_class, has).next() {
        return Err(reason.to_owned());
    }
    if coverage.key.insurer.scheme() == Scheme::MedicalAid {
        check_recipient_number(coverage.key.number.as_str())
            .map_err(|reason| format!("`number` of 医療扶助 (12…): {reason}"))?;
    }
    if coverage.acquired_on < coverage.identity.birth_on.date() {
        return Err("`acquired_on` lies before `birth_on`".to_owned());
    }
    if coverage.loss.is_some_and(|loss| loss.on <= coverage.acquired_on) {
        return Err("`loss.on` must lie after `acquired_on`".to_owned());
    }
    Ok(())
}
