//! Operators' questions and orders: what is loaded, why an answer is as it is, files. None of it is recorded in the access log,
//! which holds what terminals ask.

mod batches;
mod cards;
mod explain;
mod explain_card;
mod health;
mod insurers;
mod lost_insured;
mod metrics;
mod notices;
mod operations;
mod people;
mod simulation;

pub use batches::Ordered;
pub use cards::JlisRefused;
pub use operations::Operations;
