//! What no insurer can register: parts that the scheme does not have, and dates in an impossible order.

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
    let has = Parts {
        relationship: coverage.relationship.is_some(),
        ratio: !coverage.ratios.is_empty(),
        certificate: !(coverage.elderly.is_empty() && coverage.limits.is_empty() && coverage.specific_diseases.is_empty()),
        ticket: !coverage.tickets.is_empty(),
    };
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
