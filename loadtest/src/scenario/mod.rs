//! What a terminal does: one file for each scenario.

mod by_card_number;

use shikaku::domain::{Format, InstitutionCode};

use crate::people::Person;
use crate::plan::Scenario;

/// A message that is ready to send, and the format of its answer.
pub struct Message {
    /// The path of the terminal listener.
    pub path: String,
    /// The format of message and answer.
    pub format: Format,
    /// The bytes.
    pub body: Vec<u8>,
}

/// Writes the message of a scenario about a person, as an institution sends it.
#[must_use]
pub fn message(scenario: Scenario, institution: InstitutionCode, person: &Person) -> Message {
    match scenario {
        Scenario::ByCardNumber { format } => by_card_number::message(format, institution, person),
    }
}
