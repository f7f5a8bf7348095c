//! What no insurer can register: parts that the scheme does not have, and dates in an impossible order.

use jiff::civil::Date;

use crate::language::{Bilingual, Japanese};

use super::card_key::CardKey;
use super::coverage::{CardClass, Coverage};
use super::insurer::Scheme;
use super::recipient_number::check_recipient_number;

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
        Self {
            relationship: coverage.relationship.is_some(),
            ratio: !coverage.ratios.is_empty(),
            certificate: !(coverage.elderly.is_empty()
                && coverage.limits.is_empty()
                && coverage.specific_diseases.is_empty()),
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

/// Says why 受給者番号 of 医療扶助 cannot be the number of the coverage; None for other schemes.
#[must_use]
pub fn number_contradiction(key: &CardKey) -> Option<Bilingual> {
    if key.insurer.scheme() != Scheme::MedicalAid {
        return None;
    }
    let reason = check_recipient_number(key.number.as_str()).err()?;
    let english = format!("`number` of 医療扶助 (12…): {reason}");
    Some((english, format!("医療扶助（12…）の`number`: {}", reason.japanese())).into())
}

/// Lists the reasons why these dates of a coverage, as far as they are known, are in an impossible order.
pub fn date_contradictions(
    birth_on: Option<Date>,
    acquired_on: Option<Date>,
    lost_on: Option<Date>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let before = |one: Option<Date>, other: Option<Date>| one.zip(other).is_some_and(|(one, other)| one < other);
    let lost_by = lost_on.zip(acquired_on).is_some_and(|(lost, acquired)| lost <= acquired);
    [
        (before(acquired_on, birth_on), ("`acquired_on` lies before `birth_on`", "`acquired_on`が`birth_on`より前です")),
        (lost_by, ("`lost_on` must lie after `acquired_on`", "`lost_on`は`acquired_on`より後です")),
    ]
    .into_iter()
    .filter_map(|(wrong, fault)| wrong.then_some(fault))
}

/// Returns why a person with these coverages cannot have died on that day. A coverage that goes on after it is a finding instead: not
/// every insurer learns of a death at once.
#[must_use]
pub fn death_contradiction(died_on: Date, coverages: &[Coverage]) -> Option<Bilingual> {
    let birth_on =
        coverages.iter().map(|coverage| coverage.identity.birth_on.date()).find(|birth_on| died_on < *birth_on)?;
    let english = format!("`died_on` {died_on} lies before the birth on {birth_on}");
    Some((english, format!("`died_on`の{died_on}が、生年月日の{birth_on}より前です")).into())
}

/// Checks that an insurer can register the coverage.
///
/// # Errors
/// The first reason why not.
pub(super) fn check(coverage: &Coverage) -> Result<(), String> {
    if let Some((reason, _)) = contradictions(&coverage.key, coverage.card_class, Parts::of(coverage)).next() {
        return Err(reason.to_owned());
    }
    if let Some(reason) = number_contradiction(&coverage.key) {
        return Err(reason.to_string());
    }
    let (birth_on, lost_on) = (coverage.identity.birth_on.date(), coverage.loss.map(|loss| loss.on));
    match date_contradictions(Some(birth_on), Some(coverage.acquired_on), lost_on).next() {
        // An entry holds the day in its table `loss`.
        Some((reason, _)) => Err(reason.replace("`lost_on`", "`loss.on`")),
        None => Ok(()),
    }
}
