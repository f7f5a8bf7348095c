//! Kinds about 高額療養費.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::{FieldFault, people_agree};
use crate::rules::limit::{Ages, Item, Line, Terms, household as household_month};

/// `limit_monthly_under70`.
pub(super) fn under_70(input: &mut Input) -> Result<Outcome, FieldFault> {
    let month = input.month()?;
    let band = input.band("category", month, Ages::Under70)?;
    let cost = input.yen("medical_cost")?;
    let (fourth_month, turns_75) = (input.flag("multiple")?, input.flag("turns75_this_month")?);
    Ok(Outcome::Yen(Terms { month, band, fourth_month, turns_75 }.household_cap(cost).yen))
}

/// `patient_payment_70to74`, `patient_payment_75plus_transitional`, `patient_payment_70plus`.
pub(super) fn patient(input: &mut Input, ages: Ages) -> Result<Outcome, FieldFault> {
    let month = input.month()?;
    let band = input.band("category", month, ages)?;
    let item = Item { ratio: input.ratio()?, cost: input.yen("medical_cost")?, setting: input.setting()? };
    let (fourth_month, turns_75) = (input.flag("multiple")?, input.flag("turns75_this_month")?);
    Ok(Outcome::Yen(Terms { month, band, fourth_month, turns_75 }.pay(&item).paid))
}

/// `household_refund_75plus`.
pub(super) fn household_refund(input: &mut Input) -> Result<Outcome, FieldFault> {
    let month = input.month()?;
    let band = input.band("category", month, Ages::LateElderly)?;
    let ratio = input.ratio()?;
    let terms = Terms { month, band, fourth_month: input.flag("multiple")?, turns_75: false };
    let read = |line: &mut Input| {
        let item = Item { cost: line.yen("cost")?, ratio, setting: line.setting()? };
        Bill::read(line, false, item)
    };
    let bills = input.lines(read)?;
    let lines = lines(&bills)?;
    Ok(Outcome::Yen(household_month(None, Some(&terms), &lines).refund))
}

/// `household_payment`.
pub(super) fn household(input: &mut Input) -> Result<Outcome, FieldFault> {
    let month = input.month()?;
    let fourth_month = input.flag("multiple")?;
    let mut terms = |key, ages| -> Result<Option<Terms>, FieldFault> {
        let Some(text) = input.text_if(key)? else { return Ok(None) };
        let band = crate::calculator::read::band(key, month, ages, &text)?;
        Ok(Some(Terms { month, band, fourth_month, turns_75: false }))
    };
    let under_70 = terms("category_under70", Ages::Under70)?;
    // Households are summed within one insurer, so that nobody under 70 shares one with 後期高齢者医療.
    let elderly = if under_70.is_some() { Ages::From70To74 } else { Ages::From70 };
    let from_70 = terms("category_70plus", elderly)?;
    let read = |line: &mut Input| {
        let is_under_70 = line.ages()? == Ages::Under70;
        let item = Item { cost: line.yen("cost")?, ratio: line.ratio()?, setting: line.setting()? };
        Bill::read(line, is_under_70, item)
    };
    let bills = input.lines(read)?;
    for (is_under_70, terms, key) in [(true, under_70, "category_under70"), (false, from_70, "category_70plus")] {
        if terms.is_none() && bills.iter().any(|bill| bill.under_70 == is_under_70) {
            return Err(FieldFault::new(key, ("is missing; a line is of this age", "必要です。この年齢の行があります")));
        }
    }
    Ok(Outcome::Yen(household_month(under_70.as_ref(), from_70.as_ref(), &lines(&bills)?).paid))
}

/// A line of a household that owns its text.
struct Bill {
    who: String,
    under_70: bool,
    turns_75: bool,
    item: Item,
}

impl Bill {
    fn read(line: &mut Input, under_70: bool, item: Item) -> Result<Self, FieldFault> {
        Ok(Self { who: line.text("who")?, under_70, turns_75: line.flag("turns75_this_month")?, item })
    }
}

/// Returns the lines in the form of the rules.
fn lines(bills: &[Bill]) -> Result<Vec<Line<'_>>, FieldFault> {
    let lines: Vec<Line<'_>> = bills
        .iter()
        .map(|bill| Line { who: &bill.who, under_70: bill.under_70, turns_75: bill.turns_75, item: bill.item })
        .collect();
    people_agree(&lines)?;
    Ok(lines)
}

/// `limit_specific_disease`.
pub(super) fn specific_disease(input: &mut Input) -> Result<Outcome, FieldFault> {
    let (month, ages) = (input.month()?, input.ages()?);
    let band = input.band("category", month, ages)?;
    let disease = input.disease()?;
    let terms = Terms { month, band, fourth_month: false, turns_75: input.flag("turns75_this_month")? };
    Ok(Outcome::Yen(terms.specific_disease_cap(disease).yen))
}
