//! The result of a case, and its comparison with the expected text.

use std::fmt;

use jiff::civil::Date;

use crate::calculator::read;
use crate::domain::Yen;

/// The result of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Yen(Yen),
    Digit(u8),
    Date(Date),
    Flag(bool),
    Word(&'static str),
}

impl Outcome {
    /// Returns whether `expected` means the same.
    pub fn is(&self, expected: &str) -> bool {
        match self {
            Self::Yen(yen) => is_number(expected, yen.amount()),
            Self::Digit(digit) => is_number(expected, u64::from(*digit)),
            Self::Date(date) => read::written_date("expected", expected) == Ok(*date),
            Self::Flag(flag) => expected.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
            Self::Word(word) => expected == *word,
        }
    }
}

/// Returns whether `text` is `number` in plain digits, without sign and leading zeros.
fn is_number(text: &str, number: u64) -> bool {
    let canonical = text == "0" || !text.starts_with('0');
    canonical && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse() == Ok(number)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yen(yen) => write!(f, "{}", yen.amount()),
            Self::Digit(digit) => write!(f, "{digit}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Word(word) => f.write_str(word),
        }
    }
}
