//! The mass format: registrations of any number of people as CSV, one file for each kind of row.
//!
//! `docs/mass-format.md` describes the files for their users. [`Kind`] lists the files and their columns, [`Rows`] turns people
//! into rows, [`Draft`] writes a directory that appears whole or not at all, [`MassDirectory`] reads one, and [`export()`]
//! writes what a database holds.

mod draft;
mod export;
mod kind;
mod manifest;
mod output;
mod question;
mod read;
mod row;
mod rows;
mod rows_of_coverage;

pub use draft::{Draft, DraftError};
pub use export::{ExportError, ExportProgress, export};
pub use kind::Kind;
pub use manifest::{MadeFrom, Manifest, VERSION};
pub use output::Packing;
pub use question::{AskedBy, Expected, Question};
pub use read::{CardSituation, Entries, Entry, Faults, MassDirectory, Situation};
pub use rows::Rows;
