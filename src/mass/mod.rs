//! The mass format: registrations of any number of people as CSV, one file for each kind of row.
//!
//! `docs/mass-format.md` describes the files for their users. [`Kind`] lists the files and their columns, [`Rows`] turns people
//! into rows, and [`Draft`] writes a directory that appears whole or not at all. [`MassDirectory`] reads one, person by person.

mod draft;
mod kind;
mod manifest;
mod question;
mod read;
mod row;
mod rows;
mod rows_of_coverage;

pub use draft::{Draft, DraftError};
pub use kind::Kind;
pub use manifest::{Manifest, Origin, VERSION};
pub use question::{AskedBy, Expected, Question};
pub use read::{MassDirectory, MassPerson, People};
pub use rows::Rows;
