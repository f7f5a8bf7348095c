//! Moves a generated population on, and tells what happens as insurers register it: births, deaths, moves, marriages, changes of
//! work, 70th and 75th birthdays, 1 August, incomes that are judged anew, cards.
//!
//! A household draws from a stream of its own, month by month, so that the entries until a day are the first of those until a later
//! one. Households that hold a named situation stay as they are, so that their answers stay true. [`Live`] takes people and hands on
//! entries; [`Sorted`] brings the entries of all households in the order of their registration.

mod act;
mod cards;
mod cards_to_come;
mod chances;
mod change;
mod entry;
mod event;
mod home;
mod join;
mod means;
mod order;
mod paper;
mod sorted;

use std::borrow::Cow;

use jiff::civil::Date;

use crate::language::Japanese;
use crate::store::registry::NewPerson;

use super::generate::AS_OF;
use super::numbers::Numbers;
use home::Home;
pub use order::{Due, LiveOrder};
pub use sorted::{SortError, Sorted};

/// The reason why nothing can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// The last day lies before the first one, or beyond what is known.
    #[error("people live on after {as_of}, when they were made, until {last} at the latest: codes are known until then; not until {until}", last = AS_OF.1)]
    Until {
        /// The day as of which the population was made.
        as_of: Date,
        /// The day that was named.
        until: Date,
    },
}

impl Japanese for LiveError {
    fn japanese(&self) -> Cow<'static, str> {
        let Self::Until { as_of, until } = self;
        let last = AS_OF.1;
        format!("作成時の{as_of}より後、コードの分かっている{last}までの日を指定してください（{until}は不可）").into()
    }
}

/// People who live on. Feed them in the order of their files.
pub struct Live {
    order: LiveOrder,
    numbers: Numbers,
    household: Option<u64>,
    members: Vec<NewPerson>,
}

impl Live {
    /// Begins.
    ///
    /// # Errors
    /// If the days do not fit.
    pub fn new(order: LiveOrder) -> Result<Self, LiveError> {
        let LiveOrder { as_of, until, .. } = order;
        if until <= as_of || until > AS_OF.1 {
            return Err(LiveError::Until { as_of, until });
        }
        let numbers = Numbers::new(order.population_seed);
        Ok(Self { order, numbers, household: None, members: Vec::new() })
    }

    /// Takes the next person; hands on the entries of the household before, if it is complete.
    pub fn take(&mut self, person: NewPerson, due: impl FnMut(Due)) {
        let household = household_of(&person.fixture_id);
        if household != self.household {
            self.finish(due);
            self.household = household;
        }
        if household.is_some() {
            self.members.push(person);
        }
    }

    /// Hands on the entries of the last household.
    pub fn finish(&mut self, mut due: impl FnMut(Due)) {
        let members = std::mem::take(&mut self.members);
        let Some(household) = self.household.filter(|_| members.iter().all(|member| member.about.is_empty())) else {
            return;
        };
        let mut home = Home::new(&self.order, &self.numbers, household, members);
        act::live(&mut home);
        home.due.into_iter().for_each(&mut due);
    }
}

/// Returns the number of the household that the id of a generated person names.
fn household_of(id: &str) -> Option<u64> {
    id.strip_prefix('h')?.split_once('-')?.0.parse().ok()
}
