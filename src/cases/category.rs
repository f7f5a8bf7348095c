//! Kinds about 適用区分 by income.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::FieldFault;
use crate::domain::{CopayRatio, LimitCategory, Month};
use crate::rules::category::{
    LowIncome, category_from_70_by_tax, category_from_70_of_employee, category_of_employee, category_of_nhi,
    is_pension_without_income,
};
use crate::rules::late_elderly::TWO_SINCE;
use crate::rules::registered_category::certificate_kind;
use crate::wire::code;

/// Returns the label without 区分, as case files write it.
fn label(category: LimitCategory) -> Outcome {
    Outcome::Word(category.japanese().trim_start_matches("区分"))
}

/// `category_under70_employee`.
pub(super) fn under_70_employee(input: &mut Input) -> Result<Outcome, FieldFault> {
    let pay = input.yen("standard_monthly_remuneration")?;
    Ok(label(category_of_employee(pay, input.flag("municipal_tax_exempt")?)))
}

/// `category_under70_nhi`.
pub(super) fn under_70_nhi(input: &mut Input) -> Result<Outcome, FieldFault> {
    let income = input.yen_if("income")?;
    Ok(label(category_of_nhi(income, input.flag("municipal_tax_exempt")?)))
}

fn low(input: &mut Input) -> Result<LowIncome, FieldFault> {
    let low = LowIncome { household_tax_exempt: input.flag("household_tax_exempt")?, no_income: input.flag("no_income")? };
    match low {
        LowIncome { household_tax_exempt: false, no_income: true } => Err(FieldFault::new(
            "no_income",
            ("cannot be without household_tax_exempt", "household_tax_exemptなしには指定できません"),
        )),
        _ => Ok(low),
    }
}

/// `category_70plus_employee`.
pub(super) fn from_70_employee(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (ratio, pay) = (input.ratio()?, input.yen("standard_monthly_remuneration")?);
    let category = category_from_70_of_employee(ratio, pay, low(input)?);
    category.map(label).ok_or_else(|| {
        FieldFault::new("copay_wari", ("3割 begins with a pay of 280,000", "3割は標準報酬月額28万円以上です"))
    })
}

/// `category_70plus_by_tax`.
pub(super) fn from_70_by_tax(input: &mut Input) -> Result<Outcome, FieldFault> {
    let visit = input.date("visit")?;
    let late_elderly = input.word("scheme", &[("nhi", false), ("late_elderly", true)])?;
    let (ratio, taxable) = (input.ratio()?, input.yen("taxable_income")?);
    if Month::of(visit) < Month::new(2018, 8) {
        return Err(FieldFault::new(
            "visit",
            ("現役並みⅢ to Ⅰ exist since 2018-08", "現役並みⅢ〜Ⅰがあるのは2018-08からです"),
        ));
    }
    if Month::of(visit) >= Month::new(2027, 8) {
        return Err(FieldFault::new(
            "visit",
            (
                "the bands by taxable income from 2027-08 on are not known here",
                "2027-08以降の課税所得による区分はここにありません",
            ),
        ));
    }
    let split = late_elderly && visit >= TWO_SINCE;
    if late_elderly && !split && ratio == CopayRatio::Two {
        return Err(FieldFault::new(
            "copay_wari",
            ("2割 exists in 後期高齢者医療 since 2022-10-01", "後期高齢者医療に2割があるのは2022-10-01からです"),
        ));
    }
    let category = category_from_70_by_tax(ratio, taxable, low(input)?, split);
    category.map(label).ok_or_else(|| {
        FieldFault::new(
            "copay_wari",
            (
                "3割 begins with a taxable income of 1,450,000, 2割 of 後期高齢者医療 with 280,000",
                "3割は課税所得145万円以上、後期高齢者医療の2割は28万円以上です",
            ),
        )
    })
}

/// `pension_without_income`.
pub(super) fn pension_without_income(input: &mut Input) -> Result<Outcome, FieldFault> {
    let month = input.month()?;
    Ok(Outcome::Flag(is_pension_without_income(month, input.yen("pension")?)))
}

/// `certificate_kind`.
pub(super) fn certificate_kind_of(input: &mut Input) -> Result<Outcome, FieldFault> {
    let category = code::parse_limit_category(&input.text("category")?);
    let category = category
        .ok_or_else(|| FieldFault::new("category", ("must be A01 to A06 or B01 to B10", "A01〜A06かB01〜B10です")))?;
    Ok(Outcome::Word(certificate_kind(category).map_or("none", code::limit_kind)))
}
