//! Help of the command line in Japanese.

mod words;

pub(super) use words::WORDS;
