//! Named situations: people made for a question whose answer the law settles. The answers here are written by hand, and know nothing
//! of the code that decides.

mod assistance;
mod cards;
mod changes;
mod elderly;
mod names;
mod stage;
mod working;

use super::draw::Draw;
use super::frame::{Frame, Made};
use stage::{Situation, Stage};

/// Returns every situation in a fixed order.
fn all() -> impl Iterator<Item = Situation> {
    [working::ALL, changes::ALL, elderly::ALL, cards::ALL, assistance::ALL, names::ALL].into_iter().flatten().copied()
}

/// Draws a situation, each equally likely, and makes its household; the person of the situation is the first.
pub(super) fn draw(draw: &mut Draw, frame: &Frame<'_>, household: u64) -> Vec<Made> {
    let drawn = draw.below(all().count() as u64);
    let (name, make) = all().nth(usize::try_from(drawn).expect("situations are few")).expect("drawn from their number");
    let mut stage = Stage::new(name, draw, frame, household);
    make(&mut stage);
    stage.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_legible() {
        let names: Vec<&str> = all().map(|(name, _)| name).collect();
        let distinct: HashSet<&&str> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')));
    }
}
