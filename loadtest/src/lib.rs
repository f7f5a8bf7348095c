//! `shikaku-load`: tests the national side of オンライン資格確認 under load, and says honestly how it did.
//!
//! A [`plan`] says what to send, when, as which terminals, about whom, and what is good enough. [`schedule`] turns a stage of it into
//! times; these are kept whatever the server does (open loop). [`run`] sends, and measures each answer from the time it was due and
//! from the time it was sent. [`answer`] compares answers with what [`people`] are known to get.

pub mod answer;
pub mod identities;
pub mod people;
pub mod plan;
pub mod random;
pub mod run;
pub mod scenario;
pub mod schedule;
