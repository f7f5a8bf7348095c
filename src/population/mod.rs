//! Makes synthetic people: households with their registrations over ten years, out of one seed.
//!
//! A household draws from a stream of random numbers of its own, so that it is the same on every machine, with any number of threads
//! and in a population of any size. The shares come from a [`Profile`], names and places from tables. Nothing here is real: insurers
//! and their numbers are made up, and nobody of these people exists.
//!
//! [`generate()`] makes the files, `people.rs` one household. About one person in a thousand is a named situation, with a question and
//! the answer that the law expects (`situations/`).

mod cards;
mod career;
mod certificates;
mod classes;
mod draw;
mod frame;
mod generate;
mod household;
mod income;
mod insurers;
pub mod live;
mod lives;
mod names;
mod numbers;
mod people;
mod permutation;
mod places;
mod prefectures;
mod profile;
mod registrations;
mod situations;
pub mod stats;
pub mod tables;
mod tickets;

pub use frame::Made;
pub use generate::{AS_OF, DEFAULT_AS_OF, GenerateError, MOST_PEOPLE, Order, generate, generate_packed, households};
pub use insurers::insurers;
pub use profile::{Group, Profile, ProfileFault};
