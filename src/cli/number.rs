//! Reads numbers of the command line that have bounds.

use std::fmt::Display;
use std::str::FromStr;

use crate::language::Bilingual;

/// Reads a whole number from 1 on.
pub(super) fn positive(text: &str) -> Result<usize, Bilingual> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| ("must be a whole number from 1 on", "1以上の整数を指定してください").into())
}

/// Returns a parser of whole numbers from `least` through `most`.
pub(super) fn within<T>(least: T, most: T) -> impl Fn(&str) -> Result<T, Bilingual> + Clone
where
    T: FromStr + PartialOrd + Copy + Display,
{
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let english = || format!("must be a whole number from {least} to {most}");
        number.ok_or_else(|| (english(), format!("{least}から{most}までの整数を指定してください")).into())
    }
}
