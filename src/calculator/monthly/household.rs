//! Calculates the monthly payment of a household from the lines of a question.

use super::{MOST_LINES, MonthlyLine, MonthlyQuestion};
use crate::calculator::answer::{MonthlyAnswer, MonthlyStep};
use crate::calculator::note::MonthlyNote;
use crate::calculator::{FieldFault, read};
use crate::domain::{Month, Yen};
use crate::rules::limit::{Ages, BOTH_AGES, Band, Item, Line, Terms, household, readings};

impl MonthlyQuestion {
    pub(super) fn household(
        &self,
        month: Month,
        band: &'static Band,
        lines: &[MonthlyLine],
    ) -> Result<MonthlyAnswer, FieldFault> {
        if self.turns75_this_month {
            return Err(FieldFault::new("turns75_this_month", "is for one patient; a household says it line by line"));
        }
        for (given, field) in [
            (self.specific_disease.is_some(), "specific_disease"),
            (self.setting.is_some(), "setting"),
            (self.copay_wari.is_some(), "copay_wari"),
            (self.meals.is_some(), "meals"),
        ] {
            if given {
                return Err(FieldFault::new(field, "is for one patient; a household has lines"));
            }
        }
        if lines.iter().any(|line| line.who.trim().is_empty()) {
            return Err(FieldFault::new("lines", "every line must say who it is of"));
        }
        if lines.len() > MOST_LINES {
            return Err(FieldFault::new("lines", "at most 1,000"));
        }
        let younger = match &self.category_under70 {
            Some(text) => Some(read::band("category_under70", month, Ages::Under70, text)?),
            None => None,
        };
        let (under_70, from_70) = match younger {
            None if band.ages == Ages::Under70 => (Some(band), None),
            younger => (younger, Some(band)),
        };
        let mut items = Vec::with_capacity(lines.len());
        for (place, line) in lines.iter().enumerate() {
            let item = self.line(month, line, under_70, from_70);
            items.push(item.map_err(|fault| FieldFault::new("lines", format!("line {}: {fault}", place + 1)))?);
        }
        people_agree(&items)?;
        let turns_75 = items.iter().any(|line| line.turns_75);
        let terms = |band| Terms { month, band, fourth_month: self.multiple, turns_75 };
        let worked = household(under_70.map(terms).as_ref(), from_70.map(terms).as_ref(), &items);
        let mut answer = MonthlyAnswer::without_amounts(month, band);
        let of_both = younger.into_iter().flat_map(|band| band.note.into_iter().chain([BOTH_AGES]));
        let terms = terms(band);
        let cap = terms.household_cap(Yen::ZERO);
        let of_caps = readings(&terms, &cap);
        answer.notes.extend(of_both.chain(of_caps).map(MonthlyNote::from));
        (answer.share_yen, answer.payment_yen) = (worked.share.amount(), worked.paid.amount());
        answer.refund_yen = worked.refund.amount();
        answer.steps = worked.steps.iter().map(MonthlyStep::from).collect();
        Ok(answer)
    }

    fn line<'a>(
        &self,
        month: Month,
        line: &'a MonthlyLine,
        under_70: Option<&'static Band>,
        from_70: Option<&'static Band>,
    ) -> Result<Line<'a>, FieldFault> {
        let is_under_70 = match line.age.as_deref() {
            Some("under70") => true,
            Some("70plus") => false,
            Some(_) => return Err(FieldFault::new("age", "must be under70 or 70plus")),
            None if under_70.is_some() && from_70.is_some() => {
                return Err(FieldFault::new("age", "is missing; the household has both ages"));
            }
            None => under_70.is_some(),
        };
        let band = if is_under_70 { under_70 } else { from_70 };
        let band = band.ok_or_else(|| FieldFault::new("age", "no category is given for this age"))?;
        let ratio = self.ratio(month, line.copay_wari, band)?;
        let item = Item { cost: read::yen("cost", line.cost)?, ratio, setting: read::setting("setting", &line.setting)? };
        Ok(Line { who: &line.who, under_70: is_under_70, turns_75: line.turns75_this_month, item })
    }
}

/// Checks that the lines of one person agree about the person.
///
/// # Errors
/// If two lines of the same `who` differ in age, or in whether the person has half amounts.
pub fn people_agree(lines: &[Line<'_>]) -> Result<(), FieldFault> {
    let mut people = std::collections::HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        let says = (line.under_70, line.turns_75);
        let field = match people.insert(line.who, says) {
            Some((under_70, _)) if under_70 != line.under_70 => "age",
            Some((_, turns_75)) if turns_75 != line.turns_75 => "turns75_this_month",
            _ => continue,
        };
        let reason = format!("line {}: {field}: must be the same in all lines of one person", place + 1);
        return Err(FieldFault::new("lines", reason));
    }
    Ok(())
}
