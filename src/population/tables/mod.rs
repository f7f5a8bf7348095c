//! Names and places with weights, of which synthetic people are made. Read once from the files beside this one; `README.md` there
//! says what they were made from and what is assumed.

mod names;
mod places;

pub use names::{GivenName, Surname, given_names, surnames};
pub use places::{Place, places};
