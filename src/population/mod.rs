//! Synthetic people.

pub mod tables;
