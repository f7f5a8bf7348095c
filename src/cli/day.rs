//! Reads days of the command line, as people write them.

use jiff::civil::Date;

use crate::domain::parse_date;
use crate::language::Bilingual;

/// Reads a day such as 2026-12-01 or R8.12.1.
pub(super) fn day(text: &str) -> Result<Date, Bilingual> {
    parse_date(text).map_err(Bilingual::from)
}
