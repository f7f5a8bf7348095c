//! A fair queue: owners take turns, however many items one owner has waiting.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Holds waiting items by owner. The next item belongs to the owner who has waited longest for a turn; it is that owner's oldest.
pub(super) struct Turns<K, T> {
    of: HashMap<K, VecDeque<T>>,
    /// Owners in the order of their turns; each owner with waiting items appears once.
    order: VecDeque<K>,
    count: usize,
}

impl<K, T> Default for Turns<K, T> {
    fn default() -> Self {
        Self { of: HashMap::new(), order: VecDeque::new(), count: 0 }
    }
}

impl<K: Copy + Eq + Hash, T> Turns<K, T> {
    /// Returns the number of waiting items.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Adds an item behind all others of its owner.
    pub fn push(&mut self, owner: K, thing: T) {
        let own = self.of.entry(owner).or_default();
        if own.is_empty() {
            self.order.push_back(owner);
        }
        own.push_back(thing);
        self.count += 1;
    }

    /// Takes the next item and moves its owner to the end of the order.
    pub fn pop(&mut self) -> Option<T> {
        let owner = self.order.pop_front()?;
        let own = self.of.get_mut(&owner)?;
        let thing = own.pop_front()?;
        self.count -= 1;
        if own.is_empty() {
            self.of.remove(&owner);
        } else {
            self.order.push_back(owner);
        }
        Some(thing)
    }

    /// Takes the newest item of the owner who has the most.
    pub fn pop_excess(&mut self) -> Option<T> {
        let (owner, _) = self.of.iter().max_by_key(|(_, own)| own.len())?;
        let owner = *owner;
        let own = self.of.get_mut(&owner)?;
        let thing = own.pop_back()?;
        self.count -= 1;
        if own.is_empty() {
            self.of.remove(&owner);
            self.order.retain(|other| *other != owner);
        }
        Some(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(mut turns: Turns<char, u32>) -> Vec<u32> {
        std::iter::from_fn(|| turns.pop()).collect()
    }

    #[test]
    fn everybody_has_a_turn_however_many_somebody_else_has() {
        let mut turns = Turns::default();
        (0..4).for_each(|number| turns.push('a', number));
        turns.push('b', 10);
        turns.push('b', 11);
        turns.push('c', 20);
        assert_eq!(turns.len(), 7);
        assert_eq!(rest(turns), [0, 10, 20, 1, 11, 2, 3]);
    }

    #[test]
    fn whoever_comes_in_between_waits_for_one_round() {
        let mut turns = Turns::default();
        (0..3).for_each(|number| turns.push('a', number));
        assert_eq!(turns.pop(), Some(0));
        turns.push('b', 10);
        assert_eq!(rest(turns), [1, 10, 2]);
    }

    #[test]
    fn whoever_has_most_loses_the_newest() {
        let mut turns = Turns::default();
        turns.push('b', 10);
        (0..3).for_each(|number| turns.push('a', number));
        assert_eq!(turns.pop_excess(), Some(2));
        assert_eq!((turns.len(), turns.pop_excess()), (3, Some(1)));
        assert_eq!(rest(turns), [10, 0]);
        let mut turns = Turns::default();
        turns.push('a', 1);
        assert_eq!((turns.pop_excess(), turns.pop(), turns.pop_excess(), turns.len()), (Some(1), None, None, 0));
        turns.push('a', 2);
        assert_eq!(rest(turns), [2], "one who lost everything has turns again");
    }
}
