//! Reads numbers of the command line that have bounds.

use crate::language::Bilingual;

pub(super) use crate::command_line::within;

/// Reads a whole number from 1 on.
pub(super) fn positive(text: &str) -> Result<usize, Bilingual> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| ("must be a whole number from 1 on", "1以上の整数を指定してください").into())
}
