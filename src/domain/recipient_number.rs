//! 受給者番号: the number of a recipient in a public-expense scheme.

use std::borrow::Cow;

use crate::language::Japanese;

use super::check_digit::check_digit;

/// The reason why a text is not a 受給者番号 of medical aid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecipientNumberError {
    /// Not seven ASCII digits.
    #[error("a 受給者番号 has seven digits, the last a check digit")]
    Form,
    /// The last digit does not fit the others.
    #[error("the check digit of the 受給者番号 would be {right}")]
    CheckDigit {
        /// The digit that fits.
        right: u8,
    },
}

impl Japanese for RecipientNumberError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Form => "受給者番号は7桁の数字で、最後の1桁は検証番号です".into(),
            Self::CheckDigit { right } => format!("受給者番号の検証番号は{right}のはずです").into(),
        }
    }
}

/// Checks the 受給者番号 of medical aid: six ASCII digits and their check digit. It takes the place of 番号.
///
/// # Errors
/// If it is anything else.
pub fn check_recipient_number(text: &str) -> Result<(), RecipientNumberError> {
    let (body, last) = text.split_at_checked(6).ok_or(RecipientNumberError::Form)?;
    let right = check_digit(body).ok_or(RecipientNumberError::Form)?;
    match last.as_bytes() {
        [digit] if *digit == b'0' + right => Ok(()),
        [digit] if digit.is_ascii_digit() => Err(RecipientNumberError::CheckDigit { right }),
        _ => Err(RecipientNumberError::Form),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_digits_with_the_right_last_one() {
        // 000123: 6, 2, 2 = 10 -> 0. 123456, from the right: 12 -> 3, 5, 8, 3, 4, 1 = 24 -> 6.
        for text in ["0001230", "1234566"] {
            assert_eq!(check_recipient_number(text), Ok(()), "{text}");
        }
        for (text, right) in [("0001231", 0), ("0001239", 0), ("1234560", 6)] {
            assert_eq!(check_recipient_number(text), Err(RecipientNumberError::CheckDigit { right }), "{text}");
        }
    }

    #[test]
    fn what_has_another_form() {
        for text in ["", "000123", "00012300", "000123x", "x001230", "000123０", "00０1230", "-001230"] {
            assert_eq!(check_recipient_number(text), Err(RecipientNumberError::Form), "{text}");
        }
    }
}
