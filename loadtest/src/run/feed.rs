//! What insurers have registered in this run, and may end later.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shikaku::domain::{InsurerNumber, Scheme};

use crate::operator::Operator;
use crate::scenario::registrations::{Change, Newcomer};

/// The feed of insurers, in bounded memory.
pub(super) struct Feed {
    /// Those who register; at least one.
    pub insurers: Vec<InsurerNumber>,
    /// Where they register.
    pub operator: Operator,
    /// Whose registration each of them may end.
    registered: Mutex<Vec<VecDeque<Newcomer>>>,
}

/// The most registrations of an insurer that are remembered, so that they can be ended.
const MOST: usize = 1000;

impl Feed {
    /// Takes those of some insurers that register newcomers: 協会けんぽ; none if there are none.
    pub fn of(insurers: &[InsurerNumber], operator: Operator) -> Option<Self> {
        let mut insurers = insurers.to_vec();
        insurers.retain(|insurer| insurer.scheme() == Scheme::KyokaiKenpo);
        let registered = Mutex::new(vec![VecDeque::new(); insurers.len()]);
        (!insurers.is_empty()).then_some(Self { insurers, operator, registered })
    }

    /// Returns the end of what an insurer registered first; if there is nothing to end, a gain.
    pub fn loss(&self, insurer: usize, newcomer: Newcomer) -> Change {
        self.registered()[insurer].pop_front().map_or(Change::Gain(newcomer), Change::Loss)
    }

    /// Remembers what was applied.
    pub fn applied(&self, insurer: usize, changes: &[Change]) {
        let mut registered = self.registered();
        let open = &mut registered[insurer];
        for change in changes {
            if let Change::Gain(newcomer) = change
                && open.len() < MOST
            {
                open.push_back(*newcomer);
            }
        }
    }

    fn registered(&self) -> MutexGuard<'_, Vec<VecDeque<Newcomer>>> {
        // Nothing in here panics half-way.
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_applied_is_ended_and_only_once() {
        let insurers = ["06132013", "01130012"].map(|number| InsurerNumber::parse(number).unwrap());
        let target: crate::plan::Target = "127.0.0.1:1".parse().unwrap();
        let operator = || Operator::new(&target.allow(None).unwrap(), None);
        let feed = Feed::of(&insurers, operator()).unwrap();
        assert_eq!(feed.insurers, insurers[1..]);
        assert!(Feed::of(&insurers[..1], operator()).is_none());
        assert_eq!(feed.loss(0, Newcomer(1)), Change::Gain(Newcomer(1)));
        feed.applied(0, &[Change::Gain(Newcomer(1)), Change::Loss(Newcomer(9))]);
        assert_eq!(feed.loss(0, Newcomer(2)), Change::Loss(Newcomer(1)));
        assert_eq!(feed.loss(0, Newcomer(2)), Change::Gain(Newcomer(2)));
    }
}
