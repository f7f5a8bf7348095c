//! Kinds about schemes and dates.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::FieldFault;
use crate::rules::copay::NoRatio;
use crate::rules::scheme::{BEGIN, late_elderly_begins, loss_after};

/// `scheme_on_date`.
pub(super) fn scheme(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (birth, visit) = (input.birth()?, input.date("visit")?);
    if visit < birth.date() {
        return Err(FieldFault::new("visit", NoRatio::BeforeBirth.to_string()));
    }
    if visit < BEGIN {
        return Err(FieldFault::new("visit", NoRatio::BeforeRules.to_string()));
    }
    let late = visit >= late_elderly_begins(birth);
    Ok(Outcome::Word(if late { "後期高齢者医療" } else { "前の制度" }))
}

/// `loss_date`.
pub(super) fn loss(input: &mut Input) -> Result<Outcome, FieldFault> {
    // The same rule holds for both; a case says which for its reader.
    input.word("event", &[("退職", ()), ("死亡", ())])?;
    let day = input.date("event_date")?;
    loss_after(day).map(Outcome::Date).ok_or_else(|| FieldFault::new("event_date", "has no day after it"))
}
