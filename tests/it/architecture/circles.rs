//! Finds circles in a graph and writes them as chains that a person can follow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::Uses;

/// Finds the circles of a graph: for each edge on a circle, a shortest circle through it. Each circle begins with the name
/// that is first in the alphabet, and names every node once.
pub fn circles(uses: &Uses) -> BTreeSet<Vec<String>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in uses.keys() {
        next.entry(from).or_default().push(to);
    }
    let mut circles = BTreeSet::new();
    for (from, to) in uses.keys() {
        if let Some(mut circle) = shortest(&next, to, from) {
            let first = circle.iter().enumerate().min_by_key(|(_, name)| **name).map_or(0, |(place, _)| place);
            circle.rotate_left(first);
            circles.insert(circle.into_iter().map(str::to_owned).collect());
        }
    }
    circles
}

/// Writes a circle in one line: `a.rs (uses X of) b.rs (uses Y of) a.rs`.
pub fn chain(circle: &[String], uses: &Uses) -> String {
    let mut text = circle[0].clone();
    for (place, from) in circle.iter().enumerate() {
        let to = &circle[(place + 1) % circle.len()];
        let names: Vec<&str> = uses[&(from.clone(), to.clone())].iter().map(String::as_str).collect();
        text += &format!(" (uses {} of) {to}", names.join(", "));
    }
    text
}

/// Finds a shortest way through the graph, both ends included.
fn shortest<'a>(next: &BTreeMap<&'a str, Vec<&'a str>>, from: &'a str, to: &'a str) -> Option<Vec<&'a str>> {
    let mut before = BTreeMap::from([(from, from)]);
    let mut waiting = VecDeque::from([from]);
    while let Some(node) = waiting.pop_front() {
        if node == to {
            let mut way = vec![to];
            while way[way.len() - 1] != from {
                way.push(before[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for step in next.get(node).into_iter().flatten() {
            if !before.contains_key(step) {
                before.insert(step, node);
                waiting.push_back(step);
            }
        }
    }
    None
}
