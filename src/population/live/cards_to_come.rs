//! The cards that a member of a household gets.

use jiff::civil::Date;

/// The cards to come of a member.
#[derive(Default)]
pub(super) struct CardsToCome {
    /// How many certificates the member has got since the population was made.
    pub got: usize,
    /// The last day of the certificate of which it is settled whether it is renewed.
    pub settled: Option<Date>,
    /// The day on which the member gets the next card or certificate.
    pub next_on: Option<Date>,
}
