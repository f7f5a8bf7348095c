//! 世帯合算: the cap of a household that adds up the items of its people.

use std::collections::BTreeMap;

use super::cap::{Cap, Terms};
use super::payment::{Item, Setting};
use super::step::{Stage, Step};
use crate::domain::Yen;

/// A person's item in a household's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The person; lines with the same text are of one person.
    pub who: &'a str,
    /// Whether the person is under 70.
    pub under_70: bool,
    /// Whether the person has half amounts in this month: see [`Terms::turns_75`]. The same in all lines of one person.
    pub turns_75: bool,
    /// The charge.
    pub item: Item,
}

/// A household's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household<'a> {
    /// The sum of every 一部負担金.
    pub share: Yen,
    /// The household's final payment.
    pub paid: Yen,
    /// The refund, including amounts never charged (現物給付).
    pub refund: Yen,
    /// The steps of the calculation.
    pub steps: Vec<Step<'a>>,
}

/// The smallest share of a person under 70 that counts (健康保険法施行令41条1項; in every table here, so since 2015-01 at the
/// latest).
const COUNTS_FROM: Yen = Yen::new(21_000);

/// Works out 世帯合算 within one insurer (健康保険法施行令41条; in every table here, so since 2015-01 at the latest). People of
/// 70 and over come first: the outpatient cap applies to each person, then the household's cap of their band to all of them. The
/// remainder joins the items of people under 70 with a share of 21,000 yen or more. The cap of the band under 70 applies to that
/// sum, with 1 % of the cost of both. That the two ages join like this is a reading of ours. Lines of an age without terms stay
/// uncapped.
///
/// A person with half amounts in this month pays at most these for everything that counts, as an outpatient half of that cap, and
/// under 70 counts from 10,500 yen on; the household's cap stays whole (41条, since 2009-01). The lines decide whose amounts are
/// halved; `turns_75` of `under_70` and `from_70` is ignored.
#[must_use]
pub fn household<'a>(under_70: Option<&Terms>, from_70: Option<&Terms>, lines: &[Line<'a>]) -> Household<'a> {
    let mut steps: Vec<Step<'a>> = lines.iter().map(share_step).collect();
    let (younger, elderly): (Vec<Line<'a>>, Vec<Line<'a>>) = lines.iter().partition(|line| line.under_70);
    let below = |line: &Line<'_>| counts_from(under_70, line);
    let (counted, uncounted): (Vec<Line<'a>>, Vec<Line<'a>>) =
        younger.into_iter().partition(|line| line.item.share() >= below(line));
    steps.extend(uncounted.iter().map(|line| Step::Uncounted { who: line.who, yen: line.item.share(), below: below(line) }));

    let mut stays = match from_70 {
        Some(terms) if !elderly.is_empty() => elderly_stays(terms, &elderly, &mut steps),
        _ => shares(&elderly),
    };
    if let Some(terms) = under_70.filter(|_| !counted.is_empty()) {
        stays += by_person(&counted).into_values().map(|lines| own(terms, &lines, shares(&lines), &mut steps)).sum();
        let cap = terms.of(false).household_cap(costs(&elderly) + costs(&counted));
        stays = capped(Stage::Household, stays, cap, &mut steps);
    } else {
        stays += shares(&counted);
    }

    let share = shares(lines);
    let paid = stays + shares(&uncounted);
    let refund = share.over(paid);
    steps.extend([Step::Pays(paid), Step::Refund(refund)]);
    Household { share, paid, refund, steps }
}

/// Returns the smallest share with which a line of a person under 70 counts.
fn counts_from(terms: Option<&Terms>, line: &Line<'_>) -> Yen {
    let halves = terms.is_some_and(|terms| terms.of(line.turns_75).halves());
    if halves { COUNTS_FROM.half() } else { COUNTS_FROM }
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

/// Groups the lines by person.
fn by_person<'a>(lines: &[Line<'a>]) -> BTreeMap<&'a str, Vec<Line<'a>>> {
    let mut people: BTreeMap<&'a str, Vec<Line<'a>>> = BTreeMap::new();
    for line in lines {
        people.entry(line.who).or_default().push(*line);
    }
    people
}

/// Returns what one person pays of `sum`, the total of the lines: at most the half amounts, if the person has them.
fn own<'a>(terms: &Terms, lines: &[Line<'a>], sum: Yen, steps: &mut Vec<Step<'a>>) -> Yen {
    match lines.iter().find(|line| terms.of(line.turns_75).halves()) {
        Some(line) => capped(Stage::Person(line.who), sum, terms.of(true).household_cap(costs(lines)), steps),
        None => sum,
    }
}

/// Returns what the people of 70 and over pay after their own caps.
fn elderly_stays<'a>(terms: &Terms, lines: &[Line<'a>], steps: &mut Vec<Step<'a>>) -> Yen {
    let mut sum = Yen::ZERO;
    for (who, lines) in by_person(lines) {
        let turns_75 = lines.iter().any(|line| line.turns_75);
        let (outpatient, inpatient): (Vec<Line<'a>>, Vec<Line<'a>>) =
            lines.iter().partition(|line| line.item.setting == Setting::Outpatient);
        let cap = terms.of(turns_75).outpatient_cap(costs(&outpatient)).filter(|_| !outpatient.is_empty());
        let stays = match cap {
            Some(cap) => capped(Stage::Outpatient(who), shares(&outpatient), cap, steps),
            None => shares(&outpatient),
        };
        sum += own(terms, &lines, stays + shares(&inpatient), steps);
    }
    capped(Stage::Elderly, sum, terms.of(false).household_cap(costs(lines)), steps)
}

/// Returns the lesser of a sum and its cap; adds both to the steps.
fn capped<'a>(stage: Stage<'a>, sum: Yen, cap: Cap, steps: &mut Vec<Step<'a>>) -> Yen {
    let stays = sum.min(cap.yen);
    steps.extend([Step::Sum { stage, yen: sum }, Step::Cap(cap), Step::Stays(stays)]);
    stays
}
