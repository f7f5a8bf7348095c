//! Kinds about check digits and rounding.

use super::input::Input;
use super::outcome::Outcome;
use crate::calculator::FieldFault;
use crate::domain::{InstitutionCode, InstitutionCodeError, check_digit, has_valid_check_digit, institution_check_digit};
use crate::language::Bilingual;
use crate::rules::rounding::counter;

/// The most digits of a number; longer ones do not exist.
const MOST_DIGITS: usize = 40;

/// `check_digit`.
pub(super) fn digit(input: &mut Input) -> Result<Outcome, FieldFault> {
    let body = digits(input, "body")?;
    if is_institution(input)? {
        let digit = institution_check_digit(&body);
        return digit.map(Outcome::Digit).map_err(|reason| FieldFault::new("body", of_body(reason)));
    }
    check_digit(&body).map(Outcome::Digit).ok_or_else(|| FieldFault::new("body", ("must be digits", "数字で書いてください")))
}

/// `check_digit_valid`.
pub(super) fn is_valid(input: &mut Input) -> Result<Outcome, FieldFault> {
    let number = digits(input, "number")?;
    if is_institution(input)? {
        return match InstitutionCode::parse(&number) {
            Ok(_) => Ok(Outcome::Flag(true)),
            Err(InstitutionCodeError::CheckDigit { .. }) => Ok(Outcome::Flag(false)),
            Err(reason) => Err(FieldFault::new("number", reason)),
        };
    }
    if number.len() < 2 {
        return Err(FieldFault::new("number", ("must have two digits or more", "2桁以上です")));
    }
    Ok(Outcome::Flag(has_valid_check_digit(&number)))
}

/// Returns whether the number is an institution code, which has two rules in use. Insurer, public-expense and recipient numbers
/// share one rule, so that any other word only informs the reader of the case.
fn is_institution(input: &mut Input) -> Result<bool, FieldFault> {
    Ok(input.text_if("what")?.is_some_and(|what| what == "institution"))
}

fn of_body(reason: InstitutionCodeError) -> Bilingual {
    match reason {
        InstitutionCodeError::Form => {
            ("must be the nine digits before the check digit", "検証番号の前の9桁の数字です").into()
        }
        other => other.into(),
    }
}

fn digits(input: &mut Input, key: &'static str) -> Result<String, FieldFault> {
    let text = input.text(key)?;
    let legal = (1..=MOST_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if legal { Ok(text) } else { Err(FieldFault::new(key, ("must be 1 to 40 digits", "1〜40桁の数字です"))) }
}

/// `round_copay_10yen`.
pub(super) fn at_counter(input: &mut Input) -> Result<Outcome, FieldFault> {
    Ok(Outcome::Yen(counter(input.yen("raw")?)))
}
