//! 高額療養費: the most that a patient and a household pay in a month.
//!
//! [`band()`] finds the amounts of a month and a category, [`Terms`] turns them into caps, [`Terms::pay`] and [`household()`]
//! work out the payments. All amounts are integer yen.

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
