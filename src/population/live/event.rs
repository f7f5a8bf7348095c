//! What happens to a household.

/// What happens. On one day, the first of these comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Dies(usize),
    Turns75(usize),
    Turns70(usize),
    August,
    GetsCard(usize),
    Moves,
    WorksElsewhere(usize),
    FindsWork(usize),
    Marries(usize),
    GivesBirth(usize),
    JudgedAnew(usize),
}
