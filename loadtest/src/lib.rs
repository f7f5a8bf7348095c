//! `shikaku-load`: tests the national side of オンライン資格確認 under load, and says honestly how it did.
//!
//! A [`plan`] says what to send, when, as which terminals, about whom, and what is good enough. [`schedule`] turns a stage of it into
//! times; these are kept whatever the server does (open loop).

pub mod plan;
pub mod random;
pub mod schedule;
