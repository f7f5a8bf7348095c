//! The kinds of cases, by name.

use super::input::Input;
use super::outcome::Outcome;
use super::{category, copay, dates, limit, meals, number};
use crate::calculator::FieldFault;
use crate::rules::limit::Ages;

type WorkOut = fn(&mut Input) -> Result<Outcome, FieldFault>;

/// Every kind of case; `fixtures/cases/README.md` describes them.
const KINDS: [(&str, WorkOut); 25] = [
    ("limit_monthly_under70", limit::under_70),
    ("patient_payment_70to74", |input| limit::patient(input, Ages::From70To74)),
    ("patient_payment_75plus_transitional", |input| limit::patient(input, Ages::LateElderly)),
    ("patient_payment_70plus", |input| limit::patient(input, Ages::From70)),
    ("household_refund_75plus", limit::household_refund),
    ("household_payment", limit::household),
    ("limit_specific_disease", limit::specific_disease),
    ("meal_charge", meals::charge),
    ("category_under70_employee", category::under_70_employee),
    ("category_under70_nhi", category::under_70_nhi),
    ("category_70plus_employee", category::from_70_employee),
    ("category_70plus_by_tax", category::from_70_by_tax),
    ("copay_wari_preschool", copay::below_75),
    ("copay_wari_70to74", copay::below_75),
    ("copay_wari_75plus", copay::from_75),
    ("income_70to74_employee", copay::income_of_employee),
    ("income_70to74_nhi", copay::income_of_nhi),
    ("elderly_certificate_start", copay::certificate_start),
    ("scheme_on_date", dates::scheme),
    ("loss_date", dates::loss),
    ("check_digit", number::digit),
    ("check_digit_valid", number::is_valid),
    ("round_copay_10yen", number::at_counter),
    ("pension_without_income", category::pension_without_income),
    ("certificate_kind", category::certificate_kind_of),
];

/// Evaluates a case.
pub(super) fn work_out(kind: &str, input: &str) -> Result<Outcome, FieldFault> {
    let Some((_, work_out)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        let known = KINDS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        return Err(FieldFault::new(
            "kind",
            (format!("is not known; there are {known}"), format!("そのような種類はありません。あるもの: {known}")),
        ));
    };
    let mut input = Input::new(input)?;
    let outcome = work_out(&mut input)?;
    input.finish()?;
    Ok(outcome)
}
