//! People, their protection, and the facts of an answer about one.

use std::fmt;

use jiff::civil::Date;

use super::coverage::Registration;

/// The surrogate id of a person, assigned by the database. It links the registrations of several insurers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({})", self.0)
    }
}

/// Measures that protect a person from a pursuer (DV and support measures).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protection {
    /// 不開示該当: address and postal code are left out of answers.
    pub address_withheld: bool,
    /// 自己情報提供不可: the card cannot be used, and address and postal code are left out of answers.
    pub self_information_blocked: bool,
}

impl Protection {
    /// Returns whether answers leave out address and postal code.
    #[must_use]
    pub fn hides_address(self) -> bool {
        self.address_withheld || self.self_information_blocked
    }
}

/// The facts from which an answer about one person is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFacts {
    /// The person's id.
    pub id: PersonId,
    /// The data that must not be shown.
    pub protection: Protection,
    /// Every registration of the person by any insurer, in order of acquisition.
    pub registrations: Vec<Registration>,
}

/// A person as the operator sees it.
pub struct InspectedPerson {
    /// The stable id in the fixture files.
    pub fixture_id: String,
    /// One line about the person.
    pub about: Option<String>,
    /// 死亡日.
    pub died_on: Option<Date>,
    /// The facts that answers are made from; without registrations if no insurer has registered the person.
    pub facts: Option<PersonFacts>,
}
