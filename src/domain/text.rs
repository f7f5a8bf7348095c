//! Text about people, checked and kept out of logs.

use std::borrow::Cow;
use std::fmt;

use crate::language::Japanese;

/// Text about a person (a name, kana, an address): 1 to 200 characters, none of them a control character.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonalText(String);

/// The reason why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, or longer than 200 characters.
    #[error("must have 1 to 200 characters")]
    Length,
    /// A control character or a character that XML cannot carry.
    #[error("must not hold control characters, or others that XML cannot carry")]
    Control,
    /// Not in the form of the field.
    #[error("a postal code is written 123-4567")]
    PostNumberForm,
}

impl Japanese for TextError {
    fn japanese(&self) -> Cow<'static, str> {
        let text = match self {
            Self::Length => "1〜200文字で書いてください",
            Self::Control => "制御文字など、XMLで送れない文字は使えません",
            Self::PostNumberForm => "郵便番号は123-4567のように書きます",
        };
        text.into()
    }
}

impl PersonalText {
    /// # Errors
    /// If `text` is empty, has more than 200 characters, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        Self::new(text.to_owned())
    }

    /// Checks a text that the caller already owns, without a copy.
    ///
    /// # Errors
    /// As for [`PersonalText::parse`].
    pub fn new(text: String) -> Result<Self, TextError> {
        check_text(&text, 200)?;
        Ok(Self(text))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalText(withheld)")
    }
}

/// Checks a text for readers that is not about a person: 1 to 200 characters, none of them a control character.
///
/// # Errors
/// What the text must be, in English and in Japanese.
pub fn plain_text(text: &str) -> Result<String, (&'static str, &'static str)> {
    let legal = !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if legal {
        Ok(text.to_owned())
    } else {
        Err(("must have 1 to 200 characters and no control characters", "1〜200文字で書いてください。制御文字は使えません"))
    }
}

/// Checks a stable id: 1 to 60 lower-case ASCII letters, digits and hyphens.
///
/// # Errors
/// What the id must be, in English and in Japanese.
pub fn stable_id(text: &str) -> Result<String, (&'static str, &'static str)> {
    let legal = !text.is_empty()
        && text.len() <= 60
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if legal {
        Ok(text.to_owned())
    } else {
        Err(("an id has 1 to 60 lower-case letters, digits and hyphens", "idは小文字の英字、数字、ハイフンの1〜60文字です"))
    }
}

/// 郵便番号 in the form `123-4567`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PostNumber(String);

impl PostNumber {
    /// # Errors
    /// If `text` is not three digits, a hyphen and four digits.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let well_formed = text.len() == 8
            && text.bytes().enumerate().all(|(place, byte)| if place == 3 { byte == b'-' } else { byte.is_ascii_digit() });
        if well_formed { Ok(Self(text.to_owned())) } else { Err(TextError::PostNumberForm) }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PostNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostNumber(withheld)")
    }
}

/// Checks that `text` has 1 to `most` characters and none that XML 1.0 cannot carry.
pub(super) fn check_text(text: &str, most: usize) -> Result<(), TextError> {
    let length = text.chars().count();
    if length == 0 || length > most {
        return Err(TextError::Length);
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}')) {
        return Err(TextError::Control);
    }
    Ok(())
}
