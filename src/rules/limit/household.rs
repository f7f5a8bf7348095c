use std::collections::BTreeMap;

use super::cap::{Cap, Item, Setting, Terms};
use super::step::{Stage, Step};
use crate::domain::Yen;

/// A person's item in a household's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Whose it is; lines with the same text are of one person.
    pub who: &'a str,
    /// Whether the person is under 70.
    pub under_70: bool,
    /// What was charged.
    pub item: Item,
}

/// A household's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household<'a> {
    /// Every 一部負担金 together.
    pub share: Yen,
    /// What stays with the household.
    pub paid: Yen,
    /// What it gets back, or was not asked for in the first place (現物給付).
    pub refund: Yen,
    /// The way there.
    pub steps: Vec<Step<'a>>,
}

/// An item of somebody under 70 counts from this share on (健康保険法施行令41条1項; in every table here, so since 2015-01 at the latest).
const COUNTS_FROM: Yen = Yen::new(21_000);

/// 世帯合算 (健康保険法施行令41条; in every table here, so since 2015-01 at the latest), within one insurer: first each person of 70 and over has the outpatient cap, then all of them
/// the household's cap of their band; then what stays joins the items of people under 70 with a share of 21,000 yen and more,
/// against the cap of the band under 70, with 1 % of the cost of both. That the
/// two ages join like this is a reading of ours. Lines of an age without terms stay uncapped.
#[must_use]
pub fn household<'a>(under_70: Option<&Terms>, from_70: Option<&Terms>, lines: &[Line<'a>]) -> Household<'a> {
    let mut steps: Vec<Step<'a>> = lines.iter().map(share_step).collect();
    let (younger, elderly): (Vec<Line<'a>>, Vec<Line<'a>>) = lines.iter().partition(|line| line.under_70);
    let (counted, uncounted): (Vec<Line<'a>>, Vec<Line<'a>>) =
        younger.into_iter().partition(|line| line.item.share() >= COUNTS_FROM);
    steps.extend(uncounted.iter().map(|line| Step::Uncounted { who: line.who, yen: line.item.share() }));

    let mut stays = match from_70 {
        Some(terms) if !elderly.is_empty() => elderly_stays(terms, &elderly, &mut steps),
        _ => shares(&elderly),
    };
    stays += shares(&counted);
    if let Some(terms) = under_70.filter(|_| !counted.is_empty()) {
        let cap = terms.household_cap(costs(&elderly) + costs(&counted));
        stays = capped(Stage::Household, stays, cap, &mut steps);
    }

    let share = shares(lines);
    let paid = stays + shares(&uncounted);
    let refund = share.over(paid);
    steps.extend([Step::Pays(paid), Step::Refund(refund)]);
    Household { share, paid, refund, steps }
}

fn share_step<'a>(line: &Line<'a>) -> Step<'a> {
    let Item { cost, ratio, .. } = line.item;
    Step::Share { who: Some(line.who), cost, ratio, yen: line.item.share() }
}

fn shares(lines: &[Line<'_>]) -> Yen {
    lines.iter().map(|line| line.item.share()).sum()
}

fn costs(lines: &[Line<'_>]) -> Yen {
    lines.iter().map(|line| line.item.cost).sum()
}

/// What stays with the people of 70 and over after the caps of their own.
fn elderly_stays<'a>(terms: &Terms, lines: &[Line<'a>], steps: &mut Vec<Step<'a>>) -> Yen {
    let mut sum = Yen::ZERO;
    let mut outpatient: BTreeMap<&'a str, Vec<Line<'a>>> = BTreeMap::new();
    for line in lines {
        match line.item.setting {
            Setting::Inpatient => sum += line.item.share(),
            Setting::Outpatient => outpatient.entry(line.who).or_default().push(*line),
        }
    }
    for (who, lines) in outpatient {
        sum += match terms.outpatient_cap(costs(&lines)) {
            Some(cap) => capped(Stage::Outpatient(who), shares(&lines), cap, steps),
            None => shares(&lines),
        };
    }
    capped(Stage::Elderly, sum, terms.household_cap(costs(lines)), steps)
}

/// The lesser of a sum and its cap; both go into the steps.
fn capped<'a>(stage: Stage<'a>, sum: Yen, cap: Cap, steps: &mut Vec<Step<'a>>) -> Yen {
    let stays = sum.min(cap.yen);
    steps.extend([Step::Sum { stage, yen: sum }, Step::Cap(cap), Step::Stays(stays)]);
    stays
}
