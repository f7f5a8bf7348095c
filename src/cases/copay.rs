//! Kinds about 一部負担金割合.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::{FieldFault, read};
use crate::domain::CopayRatio;
use crate::rules::active_income::{
    Revenue, former_dependant_counts, is_active_employee, is_active_late_elderly, is_active_nhi,
};
use crate::rules::copay::{NoRatio, ratio_below_75};
use crate::rules::elderly::{elderly_begins, elderly_certificate_begins, is_elderly};
use crate::rules::late_elderly::{MiddleIncome, late_elderly_ratio};
use crate::rules::scheme::{BEGIN, late_elderly_begins};

fn tenths(ratio: CopayRatio) -> Outcome {
    Outcome::Digit(ratio.tenths())
}

/// `copay_wari_preschool`, `copay_wari_70to74`.
pub(super) fn below_75(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (birth, visit) = (input.birth()?, input.date("visit")?);
    // The schemes agree; a case names one to show its reader which article is meant.
    input.word("scheme", &[("employee", ()), ("nhi", ())])?;
    let active = match input.text_if("income")?.as_deref() {
        None | Some("一般" | "低所得") => false,
        Some("現役並み") => true,
        Some(_) => {
            return Err(FieldFault::new(
                "income",
                ("must be 一般, 現役並み or 低所得", "一般、現役並み、低所得のどれかです"),
            ));
        }
    };
    let ratio = ratio_below_75(birth, visit, active);
    ratio.map(tenths).map_err(|reason: NoRatio| FieldFault::new("visit", reason))
}

/// `copay_wari_75plus`.
pub(super) fn from_75(input: &mut Input) -> Result<Outcome, FieldFault> {
    let visit = input.date("visit")?;
    if visit < BEGIN {
        return Err(FieldFault::new("visit", NoRatio::BeforeRules));
    }
    let taxable = input.yen("taxable_income")?;
    let pension_plus_other = input.yen("pension_plus_other")?;
    let members = members(input)?;
    let several = members > 1;
    let revenue = revenue(input, several)?;
    let births = input.births()?;
    let after_basic_deduction = input.yen_if("income_after_basic_deduction")?;
    if births.is_empty() && after_basic_deduction.is_some() {
        return Err(FieldFault::new(
            "births",
            (
                "is missing; they decide whether the line of 2,100,000 yen holds",
                "必要です。210万円の基準を使うかどうかが生年月日で決まります",
            ),
        ));
    }
    if !births.is_empty() && births.len() != members {
        return Err(FieldFault::new("births", ("must be as many as members", "数がmembersと合いません")));
    }
    if births.iter().any(|birth| visit < birth.date()) {
        return Err(FieldFault::new("births", ("one lies after the visit", "受診日より後の日があります")));
    }
    let active = is_active_late_elderly(taxable, revenue, after_basic_deduction, &births);
    Ok(tenths(late_elderly_ratio(visit, active, &MiddleIncome { taxable, pension_plus_other, several })))
}

/// `income_70to74_employee`.
pub(super) fn income_of_employee(input: &mut Input) -> Result<Outcome, FieldFault> {
    let pay = input.yen("standard_monthly_remuneration")?;
    let several = members(input)? > 1;
    let visit = input.date_if("visit")?;
    let visit = || {
        visit.ok_or_else(|| {
            FieldFault::new(
                "visit",
                (
                    "is missing beside insured_birth or housemate_moved_on",
                    "insured_birthかhousemate_moved_onがあるときは必要です",
                ),
            )
        })
    };
    let insured_is_elderly = match input.text_if("insured_birth")? {
        None => true,
        Some(text) => {
            let (birth, visit) = (read::birth("insured_birth", &text)?, visit()?);
            if visit < birth.date() || visit >= late_elderly_begins(birth) {
                return Err(FieldFault::new(
                    "insured_birth",
                    ("must be of somebody born and not yet 75 on the visit", "受診日に75歳未満の人の生年月日です"),
                ));
            }
            is_elderly(birth, visit)
        }
    };
    let mut revenue = revenue(input, several)?;
    match (input.date_if("housemate_moved_on")?, revenue.as_mut().filter(|revenue| revenue.with_housemates.is_some())) {
        (Some(moved_on), Some(revenue)) => {
            let visit = visit()?;
            if visit < moved_on {
                return Err(FieldFault::new("housemate_moved_on", ("lies after the visit", "受診日より後です")));
            }
            revenue.with_housemates = revenue.with_housemates.filter(|_| former_dependant_counts(moved_on, visit));
        }
        (Some(_), None) => {
            return Err(FieldFault::new(
                "revenue_with_housemates",
                ("is missing beside housemate_moved_on", "housemate_moved_onがあるときは必要です"),
            ));
        }
        (None, Some(_)) => {
            return Err(FieldFault::new(
                "housemate_moved_on",
                ("is missing: a housemate counts for five years", "必要です。同居していた人を数えるのは5年間です"),
            ));
        }
        (None, None) => {}
    }
    Ok(class(is_active_employee(insured_is_elderly, pay, revenue)))
}

/// `income_70to74_nhi`.
pub(super) fn income_of_nhi(input: &mut Input) -> Result<Outcome, FieldFault> {
    let taxable = input.yen("taxable_income")?;
    let several = members(input)? > 1;
    let revenue = revenue(input, several)?;
    Ok(class(is_active_nhi(taxable, revenue, input.yen_if("income_after_basic_deduction")?)))
}

fn class(active: bool) -> Outcome {
    Outcome::Word(if active { "現役並み" } else { "一般" })
}

/// Reads the number of people.
fn members(input: &mut Input) -> Result<usize, FieldFault> {
    let members = usize::try_from(input.integer("members")?).ok().filter(|members| (1..=100).contains(members));
    members.ok_or_else(|| FieldFault::new("members", ("must be 1 to 100", "1から100までです")))
}

fn revenue(input: &mut Input, several: bool) -> Result<Option<Revenue>, FieldFault> {
    let with_housemates = input.yen_if("revenue_with_housemates")?;
    match input.yen_if("revenue")? {
        Some(yen) => Ok(Some(Revenue { yen, several, with_housemates })),
        None if with_housemates.is_some() => Err(FieldFault::new(
            "revenue",
            ("is missing beside revenue_with_housemates", "revenue_with_housematesがあるときは必要です"),
        )),
        None => Ok(None),
    }
}

/// `elderly_certificate_start`.
pub(super) fn certificate_start(input: &mut Input) -> Result<Outcome, FieldFault> {
    let birth = input.birth()?;
    let recognised = input.date_if("recognised")?;
    if recognised.is_some_and(|day| day < birth.date()) {
        return Err(FieldFault::new("recognised", ("lies before the birth", "生年月日より前です")));
    }
    if recognised.is_some_and(|day| day >= late_elderly_begins(birth)) {
        return Err(FieldFault::new(
            "recognised",
            (
                "the certificate ends the day before the 75th birthday",
                "75歳の誕生日以後です。受給者証は誕生日の前日までです",
            ),
        ));
    }
    let begins = recognised.map_or_else(|| elderly_begins(birth), |day| elderly_certificate_begins(birth, day));
    if begins < BEGIN {
        return Err(FieldFault::new("birth", NoRatio::BeforeRules));
    }
    Ok(Outcome::Date(begins))
}
