//! A person as given to a load.

use jiff::civil::Date;

use crate::domain::{CardId, Coverage, Protection};
use crate::store::jlis::CardRecord;

/// A person to load.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The stable id: loading the same id again replaces what was loaded before and keeps the surrogate id.
    pub fixture_id: String,
    /// One line about the person.
    pub about: String,
    /// Measures of protection.
    pub protection: Protection,
    /// 死亡日.
    pub died_on: Option<Date>,
    /// Registrations by insurers.
    pub coverages: Vec<Coverage>,
    /// Certificates of the person's card and phones. Others that J-LIS knows stay, but are not in use beside these.
    pub cards: Vec<NewCard>,
}

/// A certificate to load.
#[derive(Debug, Clone)]
pub struct NewCard {
    /// Issuer and serial number.
    pub id: CardId,
    /// What J-LIS says of it; `None` if J-LIS does not know it.
    pub record: Option<CardRecord>,
}
