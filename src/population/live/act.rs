//! Lets a household live on, month by month.

use jiff::Span;
use jiff::civil::Date;

use crate::population::household::days_after;

use super::cards::get_card;
use super::chances::chances;
use super::change::{born, die, find_work, marry, move_away, turn_75, work_elsewhere};
use super::event::Event;
use super::home::Home;
use super::means::{judge_anew, renew, turn_70};

/// The most days ahead of an event on which it is registered.
const AHEAD: i64 = 31;

/// Lets the household live until everything is known that is registered until the last day.
pub(super) fn live(home: &mut Home<'_>) {
    let first = days_after(home.order.as_of, 1);
    let last = days_after(home.order.until, AHEAD);
    let mut month = first.first_of_month();
    while month <= last {
        // Whole months are drawn, so that a later end draws the same.
        let mut events = chances(home, month);
        events.retain(|(day, _)| *day >= first);
        events.sort_unstable();
        for (day, event) in events {
            happen(home, day, event);
        }
        month = month.checked_add(Span::new().months(1)).expect("the month lies within a few years");
    }
}

fn happen(home: &mut Home<'_>, day: Date, event: Event) {
    let lives = |home: &Home<'_>, member: usize| home.living().contains(&member);
    match event {
        Event::August => {
            for member in home.living() {
                renew(home, member, day);
            }
        }
        Event::Moves => move_away(home, day),
        Event::Dies(member) if lives(home, member) => die(home, member, day),
        Event::Turns75(member) if lives(home, member) => turn_75(home, member, day),
        Event::Turns70(member) if lives(home, member) => turn_70(home, member, day),
        Event::GetsCard(member) if lives(home, member) => get_card(home, member, day),
        Event::WorksElsewhere(member) if lives(home, member) => work_elsewhere(home, member, day),
        Event::FindsWork(member) if lives(home, member) => find_work(home, member, day),
        Event::Marries(member) if lives(home, member) => marry(home, member, day),
        Event::GivesBirth(member) if lives(home, member) => born(home, member, day),
        Event::JudgedAnew(member) if lives(home, member) => judge_anew(home, member, day),
        _ => {}
    }
}
