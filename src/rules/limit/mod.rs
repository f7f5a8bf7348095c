//! 高額療養費: what a patient and a household pay at most in a month.
//!
//! [`band()`] finds the amounts of a month and a category, [`Terms`] makes caps of them, [`Terms::pay`] and [`household()`]
//! work out who pays what. All of it is integer yen.

mod band;
mod cap;
mod household;
mod payment;
mod reading;
mod specific_disease;
mod step;
mod table;

pub use band::{Ages, Band, Formula, Note, Outpatient, Transitional};
pub use cap::{Cap, HALVED_SINCE, Origin, Terms, readings};
pub use household::{Household, Line, household};
pub use payment::{Item, Payment, Setting};
pub use reading::BOTH_AGES;
pub use specific_disease::specific_disease_cap;
pub use step::Step;
pub use table::{BandError, BandName, Since, Table, band, table_of, tables, unchanged_since};

#[cfg(test)]
mod property_tests;
