//! Calculates the monthly payment of a household from the lines of a question.

use super::{MOST_LINES, MonthlyLine, MonthlyQuestion};
use crate::calculator::answer::{MonthlyAnswer, MonthlyStep};
use crate::calculator::note::MonthlyNote;
use crate::calculator::{FieldFault, read};
use crate::domain::{Month, Yen};
use crate::language::Japanese;
use crate::rules::limit::{Ages, BOTH_AGES, Band, Item, Line, Terms, household, readings};

impl MonthlyQuestion {
    pub(super) fn household(
        &self,
        month: Month,
        band: &'static Band,
        lines: &[MonthlyLine],
    ) -> Result<MonthlyAnswer, FieldFault> {
        if self.turns75_this_month {
            return Err(FieldFault::new(
                "turns75_this_month",
                (
                    "is for one patient; a household says it line by line",
                    "一人の患者用です。世帯では行ごとに指定してください",
                ),
            ));
        }
        for (given, field) in [
            (self.specific_disease.is_some(), "specific_disease"),
            (self.setting.is_some(), "setting"),
            (self.copay_wari.is_some(), "copay_wari"),
            (self.meals.is_some(), "meals"),
        ] {
            if given {
                return Err(FieldFault::new(
                    field,
                    ("is for one patient; a household has lines", "一人の患者用です。世帯では行ごとに指定してください"),
                ));
            }
        }
        if lines.iter().any(|line| line.who.trim().is_empty()) {
            return Err(FieldFault::new("lines", ("every line must say who it is of", "どの行にも、だれの分かが必要です")));
        }
        if lines.len() > MOST_LINES {
            return Err(FieldFault::new("lines", ("at most 1,000", "1,000行までです")));
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
            items.push(item.map_err(|fault| of_line(place, &fault))?);
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
            Some(_) => {
                return Err(FieldFault::new("age", ("must be under70 or 70plus", "under70か70plusを指定してください")));
            }
            None if under_70.is_some() && from_70.is_some() => {
                return Err(FieldFault::new(
                    "age",
                    ("is missing; the household has both ages", "必要です。この世帯には70歳未満と70歳以上の両方がいます"),
                ));
            }
            None => under_70.is_some(),
        };
        let band = if is_under_70 { under_70 } else { from_70 };
        let band = band.ok_or_else(|| {
            FieldFault::new("age", ("no category is given for this age", "この年齢の区分が指定されていません"))
        })?;
        let ratio = self.ratio(month, line.copay_wari, band)?;
        let item = Item { cost: read::yen("cost", line.cost)?, ratio, setting: read::setting("setting", &line.setting)? };
        Ok(Line { who: &line.who, under_70: is_under_70, turns_75: line.turns75_this_month, item })
    }
}

/// Makes the fault of the question out of one in a line. Places count from 0.
pub fn of_line(place: usize, fault: &FieldFault) -> FieldFault {
    let line = place + 1;
    FieldFault::new("lines", (format!("line {line}: {fault}"), format!("{line}行目: {}", fault.japanese())))
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
        let reason = ("must be the same in all lines of one person", "同じ人の行では同じでなければなりません");
        return Err(of_line(place, &FieldFault::new(field, reason)));
    }
    Ok(())
}
