//! Kinds about 一部負担金割合.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::FieldFault;
use crate::domain::CopayRatio;
use crate::rules::active_income::{Revenue, is_active_by_tax, is_active_employee};
use crate::rules::copay::{NoRatio, ratio_below_75};
use crate::rules::elderly::{elderly_begins, elderly_certificate_begins};
use crate::rules::late_elderly::{MiddleIncome, late_elderly_ratio};
use crate::rules::scheme::{BEGIN, late_elderly_begins};

fn tenths(ratio: CopayRatio) -> Outcome {
    Outcome::Digit(ratio.tenths())
}

/// `copay_wari_preschool`, `copay_wari_70to74`.
pub(super) fn below_75(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (birth, visit) = (input.birth()?, input.date("visit")?);
    // The schemes agree; a case names one so that a reader knows which article is meant.
    input.word("scheme", &[("employee", ()), ("nhi", ())])?;
    let active = match input.text_if("income")?.as_deref() {
        None | Some("一般" | "低所得") => false,
        Some("現役並み") => true,
        Some(_) => return Err(FieldFault::new("income", "must be 一般, 現役並み or 低所得")),
    };
    let ratio = ratio_below_75(birth, visit, active);
    ratio.map(tenths).map_err(|reason: NoRatio| FieldFault::new("visit", reason.to_string()))
}

/// `copay_wari_75plus`.
pub(super) fn from_75(input: &mut Input) -> Result<Outcome, FieldFault> {
    let visit = input.date("visit")?;
    if visit < BEGIN {
        return Err(FieldFault::new("visit", NoRatio::BeforeRules.to_string()));
    }
    let taxable = input.yen("taxable_income")?;
    let pension_plus_other = input.yen("pension_plus_other")?;
    let several = members(input)?;
    let revenue = revenue(input, several)?;
    let after_basic_deduction = input.yen_if("income_after_basic_deduction")?;
    let active = is_active_by_tax(taxable, revenue, after_basic_deduction);
    Ok(tenths(late_elderly_ratio(visit, active, &MiddleIncome { taxable, pension_plus_other, several })))
}

/// `income_70to74_employee`.
pub(super) fn income_of_employee(input: &mut Input) -> Result<Outcome, FieldFault> {
    let pay = input.yen("standard_monthly_remuneration")?;
    let several = members(input)?;
    Ok(class(is_active_employee(pay, revenue(input, several)?)))
}

/// `income_70to74_nhi`.
pub(super) fn income_of_nhi(input: &mut Input) -> Result<Outcome, FieldFault> {
    let taxable = input.yen("taxable_income")?;
    let several = members(input)?;
    let revenue = revenue(input, several)?;
    Ok(class(is_active_by_tax(taxable, revenue, input.yen_if("income_after_basic_deduction")?)))
}

fn class(active: bool) -> Outcome {
    Outcome::Word(if active { "現役並み" } else { "一般" })
}

/// Whether there are two or more.
fn members(input: &mut Input) -> Result<bool, FieldFault> {
    match input.integer("members")? {
        1 => Ok(false),
        2..=100 => Ok(true),
        _ => Err(FieldFault::new("members", "must be 1 to 100")),
    }
}

fn revenue(input: &mut Input, several: bool) -> Result<Option<Revenue>, FieldFault> {
    let with_housemates = input.yen_if("revenue_with_housemates")?;
    match input.yen_if("revenue")? {
        Some(yen) => Ok(Some(Revenue { yen, several, with_housemates })),
        None if with_housemates.is_some() => Err(FieldFault::new("revenue", "is missing beside revenue_with_housemates")),
        None => Ok(None),
    }
}

/// `elderly_certificate_start`.
pub(super) fn certificate_start(input: &mut Input) -> Result<Outcome, FieldFault> {
    let birth = input.birth()?;
    let recognised = input.date_if("recognised")?;
    if recognised.is_some_and(|day| day < birth.date()) {
        return Err(FieldFault::new("recognised", "lies before the birth"));
    }
    if recognised.is_some_and(|day| day >= late_elderly_begins(birth)) {
        return Err(FieldFault::new("recognised", "the certificate ends the day before the 75th birthday"));
    }
    let begins = recognised.map_or_else(|| elderly_begins(birth), |day| elderly_certificate_begins(birth, day));
    if begins < BEGIN {
        return Err(FieldFault::new("birth", NoRatio::BeforeRules.to_string()));
    }
    Ok(Outcome::Date(begins))
}
