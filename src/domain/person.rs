use std::fmt;

use super::coverage::Registration;

/// The surrogate id of a person, made by the database. Links the registrations of several insurers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub i64);

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({})", self.0)
    }
}

/// Measures that protect a person from somebody who might look for them (DV and support measures).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protection {
    /// 不開示該当: address and postal code are left out of answers.
    pub address_withheld: bool,
    /// 自己情報提供不可: the card cannot be used, and address and postal code are left out of answers.
    pub self_information_blocked: bool,
}

impl Protection {
    /// Whether answers leave out address and postal code.
    #[must_use]
    pub fn hides_address(self) -> bool {
        self.address_withheld || self.self_information_blocked
    }
}

/// All that an answer about one person is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFacts {
    /// Who it is.
    pub id: PersonId,
    /// What must not be shown.
    pub protection: Protection,
    /// Every registration of the person by any insurer, in order of acquisition.
    pub registrations: Vec<Registration>,
}
