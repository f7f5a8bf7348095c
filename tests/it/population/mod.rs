//! Generated people: the same from one seed, within the law, near the shares of the profile, with answers that are known.

mod answers;
mod bytes;
mod command;
mod law;
mod live;
mod live_cards;
mod live_papers;
mod shares;
mod stats;

use std::num::NonZero;

use jiff::civil::date;
use shikaku::population::{Made, Order, Profile, households};

/// The number of people that tests look at.
const PEOPLE: usize = 20_000;

fn order(seed: u64, people: u64) -> Order {
    let threads = NonZero::new(2).unwrap();
    Order { people, seed, as_of: date(2026, 12, 1), profile: Profile::standard().clone(), threads }
}

/// Returns whole households with at least this many people in all.
fn people(order: &Order, at_least: usize) -> Vec<Vec<Made>> {
    let mut found = 0;
    let mut taken = Vec::new();
    for household in households(order) {
        found += household.len();
        taken.push(household);
        if found >= at_least {
            break;
        }
    }
    taken
}
