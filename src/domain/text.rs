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
    /// Empty, or longer than the field allows.
    #[error("the text is empty or too long")]
    Length,
    /// A control character or a character that XML cannot carry.
    #[error("the text holds a control character")]
    Control,
    /// Not in the form of the field.
    #[error("the text is not of the form 123-4567")]
    PostNumberForm,
}

impl Japanese for TextError {
    fn japanese(&self) -> Cow<'static, str> {
        let text = match self {
            Self::Length => "空か、長すぎます",
            Self::Control => "制御文字が含まれています",
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
