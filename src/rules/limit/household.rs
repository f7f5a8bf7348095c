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

/// An item of somebody under 70 counts from this share on (健康保険法施行令41条1項).
const COUNTS_FROM: Yen = Yen::new(21_000);

/// 世帯合算 (健康保険法施行令41条): first each person of 70 and over has the outpatient cap, then all of them the household's cap of
/// their band; then what stays joins the items of people under 70 with a share of 21,000 yen and more, against the cap of
/// the band under 70. `from_70` must be given if such a person has a line, and `under_70` likewise: without terms, lines stay uncapped.
#[must_use]
pub fn household<'a>(under_70: Option<&Terms>, from_70: Option<&Terms>, lines: &[Line<'a>]) -> Household<'a> {
    let mut steps = Vec::new();
    let share: Yen = lines.iter().map(|line| line.item.share()).sum();
    for line in lines {
        let Item { cost, ratio, .. } = line.item;
        steps.push(Step::Share { who: Some(line.who), cost, ratio, yen: line.item.share() });
    }

    let elderly: Vec<&Line<'a>> = lines.iter().filter(|line| !line.under_70).collect();
    let elderly_cost = elderly.iter().map(|line| line.item.cost).sum();
    let mut stays = match from_70 {
        Some(terms) => elderly_stays(terms, &elderly, elderly_cost, &mut steps),
        None => elderly.iter().map(|line| line.item.share()).sum(),
    };

    let younger: Vec<&Line<'a>> = lines.iter().filter(|line| line.under_70).collect();
    let counted: Vec<&&Line<'a>> = younger.iter().filter(|line| line.item.share() >= COUNTS_FROM).collect();
    for line in younger.iter().filter(|line| line.item.share() < COUNTS_FROM) {
        steps.push(Step::Uncounted { who: line.who, yen: line.item.share() });
    }
    let uncounted: Yen = younger.iter().map(|line| line.item.share()).filter(|share| *share < COUNTS_FROM).sum();
    let joined = stays + counted.iter().map(|line| line.item.share()).sum();
    stays = match under_70 {
        Some(terms) if !counted.is_empty() => {
            let cost = elderly_cost + counted.iter().map(|line| line.item.cost).sum();
            capped(Stage::Household, joined, terms.household_cap(cost), &mut steps)
        }
        _ => joined,
    };

    let paid = stays + uncounted;
    let refund = share - paid;
    steps.extend([Step::Pays(paid), Step::Refund(refund)]);
    Household { share, paid, refund, steps }
}

/// What stays with the people of 70 and over after the caps of their own.
fn elderly_stays<'a>(terms: &Terms, lines: &[&Line<'a>], cost: Yen, steps: &mut Vec<Step<'a>>) -> Yen {
    let mut sum: Yen =
        lines.iter().filter(|line| line.item.setting == Setting::Inpatient).map(|line| line.item.share()).sum();
    for (place, line) in lines.iter().enumerate() {
        let of_person = |other: &&&Line<'_>| other.who == line.who && other.item.setting == Setting::Outpatient;
        if line.item.setting == Setting::Inpatient || lines[..place].iter().any(|earlier| of_person(&earlier)) {
            continue;
        }
        let share = lines.iter().filter(of_person).map(|line| line.item.share()).sum();
        let cost = lines.iter().filter(of_person).map(|line| line.item.cost).sum();
        sum += match terms.outpatient_cap(cost) {
            Some(cap) => capped(Stage::Outpatient(line.who), share, cap, steps),
            None => share,
        };
    }
    if lines.is_empty() { sum } else { capped(Stage::Elderly, sum, terms.household_cap(cost), steps) }
}

/// The lesser of a sum and its cap; both go into the steps.
fn capped<'a>(stage: Stage<'a>, sum: Yen, cap: Cap, steps: &mut Vec<Step<'a>>) -> Yen {
    let stays = sum.min(cap.yen);
    steps.push(Step::Sum { stage, yen: sum });
    steps.push(Step::Cap(cap));
    steps.push(Step::Stays(stays));
    stays
}
