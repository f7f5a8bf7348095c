//! `shikaku-load`: tests the national side of オンライン資格確認 under load, and says honestly how it did.
//!
//! A [`plan`] says what to send, when, as which terminals, about whom, and what is good enough. [`schedule`] turns a stage of it into
//! times; these are kept whatever the server does (open loop). [`run`] sends, and measures each answer from the time it was due and
//! from the time it was sent. [`answer`] compares answers with what [`people`] are known to get. [`report`] judges and prints.
//!
//! # Invariants
//! * [`plan`] and [`schedule`] know no clock and no network: the same plan makes the same times.
//! * A request that was due is counted once, whatever became of it.
//! * Memory is bounded by the plan, not by the length of the run.
//! * Only a [`plan::Destination`] is sent to, which only [`plan::Target::allow`] makes.

pub mod answer;
pub mod cli;
pub mod clinics;
pub mod identities;
pub mod operator;
pub mod people;
pub mod plan;
pub mod random;
pub mod report;
pub mod run;
pub mod scenario;
pub mod schedule;
