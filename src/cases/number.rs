//! Kinds about check digits and rounding.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::FieldFault;
use crate::domain::{check_digit, has_valid_check_digit};
use crate::rules::rounding::counter;

/// No number of the field is longer.
const MOST_DIGITS: usize = 40;

/// `check_digit`.
pub(super) fn digit(input: &mut Input) -> Result<Outcome, FieldFault> {
    let body = digits(input, "body")?;
    // One rule holds for insurer, public-expense, recipient and institution numbers; the case says which for its reader.
    input.text_if("what")?;
    check_digit(&body).map(Outcome::Digit).ok_or_else(|| FieldFault::new("body", "must be digits"))
}

/// `check_digit_valid`.
pub(super) fn is_valid(input: &mut Input) -> Result<Outcome, FieldFault> {
    let number = digits(input, "number")?;
    input.text_if("what")?;
    if number.len() < 2 {
        return Err(FieldFault::new("number", "must have two digits or more"));
    }
    Ok(Outcome::Flag(has_valid_check_digit(&number)))
}

fn digits(input: &mut Input, key: &'static str) -> Result<String, FieldFault> {
    let text = input.text(key)?;
    let legal = (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if legal { Ok(text) } else { Err(FieldFault::new(key, "must be 1 to 40 digits")) }
}

/// `round_copay_10yen`.
pub(super) fn at_counter(input: &mut Input) -> Result<Outcome, FieldFault> {
    Ok(Outcome::Yen(counter(input.yen("raw")?)))
}
