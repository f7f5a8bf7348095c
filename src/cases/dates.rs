//! Kinds about schemes and dates.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::FieldFault;
use crate::rules::copay::NoRatio;
use crate::rules::loss::{LossEvent, loss_date};
use crate::rules::scheme::{BEGIN, late_elderly_begins};

/// `scheme_on_date`.
pub(super) fn scheme(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (birth, visit) = (input.birth()?, input.date("visit")?);
    if visit < birth.date() {
        return Err(FieldFault::new("visit", NoRatio::BeforeBirth));
    }
    if visit < BEGIN {
        return Err(FieldFault::new("visit", NoRatio::BeforeRules));
    }
    let late = visit >= late_elderly_begins(birth);
    Ok(Outcome::Word(if late { "後期高齢者医療" } else { "前の制度" }))
}

/// The names of events in cases.
const EVENTS: [(&str, LossEvent); 8] = [
    ("退職", LossEvent::Leaving),
    ("死亡", LossEvent::Death),
    ("生活保護", LossEvent::PublicAssistance),
    ("転出", LossEvent::MovingAway),
    ("社保加入", LossEvent::JoiningEmployees),
    ("任意継続申出", LossEvent::VoluntaryRequest),
    ("任意継続未納", LossEvent::VoluntaryUnpaid),
    ("任意継続就職", LossEvent::VoluntaryNewWork),
];

/// `loss_date`.
pub(super) fn loss(input: &mut Input) -> Result<Outcome, FieldFault> {
    let event = input.word("event", &EVENTS)?;
    let day = input.date("event_date")?;
    let loss = loss_date(event, day);
    loss.map(Outcome::Date).ok_or_else(|| {
        FieldFault::new(
            "event_date",
            ("is followed by no day of loss before year 10000", "この後に、西暦9999年までの喪失日がありません"),
        )
    })
}
