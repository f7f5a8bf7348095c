//! Reads numbers of a command line that have bounds.

use std::fmt::Display;
use std::str::FromStr;

use crate::language::Bilingual;

/// Returns a parser of whole numbers from `least` through `most`.
pub fn within<T>(least: T, most: T) -> impl Fn(&str) -> Result<T, Bilingual> + Clone
where
    T: FromStr + PartialOrd + Copy + Display,
{
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let english = || format!("must be a whole number from {least} to {most}");
        number.ok_or_else(|| (english(), format!("{least}から{most}までの整数を指定してください")).into())
    }
}
