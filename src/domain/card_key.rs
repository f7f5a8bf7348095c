//! The key on an insured person's card, and its search form.

use std::borrow::Cow;
use std::fmt;

use crate::language::Japanese;

use super::fold::{digits, fold, is_incomparable};
use super::insurer::InsurerNumber;
use super::text::check_text;

/// The data on an insured person's card that identify the person: 保険者番号, 記号, 番号 and 枝番.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardKey {
    /// 保険者番号.
    pub insurer: InsurerNumber,
    /// 被保険者証記号; 後期高齢者医療 has none.
    pub symbol: Option<CardSymbol>,
    /// 被保険者証番号.
    pub number: CardNumber,
    /// 枝番; 後期高齢者医療 has none, and a question may leave it out.
    pub branch: Option<BranchNumber>,
}

impl CardKey {
    /// Returns the search form of the key: folded, the number without leading zeros, and without the branch.
    #[must_use]
    pub fn search_key(&self) -> SearchKey {
        let symbol = self.symbol.as_ref().map(|s| fold(s.as_str())).unwrap_or_default();
        // U+001F cannot occur in any part, so that two different keys never share a search form.
        SearchKey([self.insurer.as_str(), &symbol, &number_form(self.number.as_str())].join("\u{1f}"))
    }

    /// Returns whether both keys belong to one card, regardless of the branch: their search forms are equal.
    #[must_use]
    pub fn is_same_card(&self, other: &Self) -> bool {
        let [symbol, other_symbol] = [self, other].map(|key| key.symbol.as_ref().map_or("", CardSymbol::as_str));
        let [number, other_number] = [self, other].map(|key| key.number.as_str());
        self.insurer == other.insurer
            && (symbol == other_symbol || fold(symbol) == fold(other_symbol))
            && (number == other_number || number_form(number) == number_form(other_number))
    }
}

/// Returns the form in which 番号 are compared: folded and, if only digits remain, without leading zeros. Programs that store
/// numbers as integers lose those zeros.
fn number_form(number: &str) -> Cow<'_, str> {
    let folded = fold(number);
    if !folded.starts_with('0') || !folded.bytes().all(|b| b.is_ascii_digit()) {
        return folded;
    }
    let kept = folded.trim_start_matches('0');
    Cow::Owned(if kept.is_empty() { "0" } else { kept }.to_owned())
}

/// The folded form of insurer, symbol and number. Equal for all ways of writing the same card.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SearchKey(String);

impl SearchKey {
    /// Returns the text stored in the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text, without a copy.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for SearchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchKey(withheld)")
    }
}

/// The reason why a text is not a part of a [`CardKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardKeyError {
    /// A symbol or number is empty, longer than 20 characters, or holds a control character or one that cannot be compared: see
    /// [`is_incomparable`].
    #[error(
        "a symbol or number has 1 to 20 characters: no control character, no U+FFFD, no 外字, no digit of another script and no radical"
    )]
    Text,
    /// A branch is not two digits.
    #[error("a branch number has two digits")]
    Branch,
}

impl Japanese for CardKeyError {
    fn japanese(&self) -> Cow<'static, str> {
        let text = match self {
            Self::Text => {
                "記号・番号は1〜20文字です。制御文字、U+FFFD、外字、ほかの文字体系の数字、部首用の文字は使えません"
            }
            Self::Branch => "枝番は2桁の数字です",
        };
        text.into()
    }
}

/// 被保険者証記号: 1 to 20 characters as the insurer writes them, in any width.
#[derive(Clone, PartialEq, Eq)]
pub struct CardSymbol(String);

/// 被保険者証番号: 1 to 20 characters as the insurer writes them, in any width.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(String);

/// 枝番: two digits that distinguish the members of a household.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BranchNumber([u8; 2]);

fn part(text: &str) -> Result<String, CardKeyError> {
    if (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    check_text(text, 20).map_err(|_| CardKeyError::Text)?;
    let folded = fold(text);
    if folded.is_empty() || folded.chars().any(is_incomparable) {
        return Err(CardKeyError::Text);
    }
    Ok(text.to_owned())
}

impl CardSymbol {
    /// # Errors
    /// If the text is blank, longer than 20 characters, or holds a control character or one that cannot be compared.
    pub fn parse(text: &str) -> Result<Self, CardKeyError> {
        part(text).map(Self)
    }

    /// Returns the symbol as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CardNumber {
    /// # Errors
    /// If the text is blank, longer than 20 characters, or holds a control character or one that cannot be compared.
    pub fn parse(text: &str) -> Result<Self, CardKeyError> {
        part(text).map(Self)
    }

    /// Returns the number as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BranchNumber {
    /// Reads two digits of any width.
    ///
    /// # Errors
    /// If the text is not two digits.
    pub fn parse(text: &str) -> Result<Self, CardKeyError> {
        match digits(text).as_deref().map(str::as_bytes) {
            Some([a, b]) => Ok(Self([*a, *b])),
            _ => Err(CardKeyError::Branch),
        }
    }

    /// Returns the two digits, half-width.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are stored")
    }
}

macro_rules! withheld_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(withheld)"))
            }
        }
    )*};
}
withheld_debug!(CardSymbol, CardNumber, BranchNumber);

#[cfg(test)]
mod tests {
    use super::*;

    fn key(symbol: Option<&str>, number: &str) -> SearchKey {
        CardKey {
            insurer: InsurerNumber::parse("138057").unwrap(),
            symbol: symbol.map(|s| CardSymbol::parse(s).unwrap()),
            number: CardNumber::parse(number).unwrap(),
            branch: None,
        }
        .search_key()
    }

    #[test]
    fn the_way_of_writing_does_not_matter() {
        assert_eq!(key(Some("１２ー３４５"), "１２３"), key(Some("12-345"), "12\u{200b}3"));
        assert_eq!(key(Some("警 · 東京"), "1"), key(Some("警・東京"), "1"));
    }

    #[test]
    fn leading_zeros_of_numbers_do_not_count() {
        assert_eq!(key(None, "0000123"), key(None, "123"));
        assert_eq!(key(None, "００１２３"), key(None, "0123"));
        assert_eq!(key(None, "000"), key(None, "0"));
        assert_ne!(key(None, "0"), key(None, "1"));
        assert_ne!(key(None, "1230"), key(None, "123"));
        // In symbols, and in 番号 that are not numbers, they count.
        assert_ne!(key(None, "0A1"), key(None, "A1"));
        assert_ne!(key(None, "01-2"), key(None, "1-2"));
        assert_ne!(key(Some("01"), "1"), key(Some("1"), "1"));
    }

    #[test]
    fn nothing_to_see_and_something_lost_are_refused() {
        for text in [
            "",
            " ",
            "\u{200b}\u{feff}",
            "1\u{fffd}2",
            "1\n2",
            "123456789012345678901",
            "٣",
            "12❸",
            "⻑1",
            "12㇐3",
            "警\u{e000}",
        ] {
            assert_eq!(CardSymbol::parse(text), Err(CardKeyError::Text), "{text:?}");
            assert_eq!(CardNumber::parse(text), Err(CardKeyError::Text), "{text:?}");
        }
    }

    #[test]
    fn different_cards_stay_different() {
        assert_ne!(key(None, "123"), key(Some("1"), "23"));
        assert_ne!(key(Some("12"), "3"), key(Some("1"), "23"));
        assert_ne!(key(Some("あ"), "1"), key(Some("い"), "1"));
    }

    #[test]
    fn branches_are_two_digits() {
        assert_eq!(BranchNumber::parse("０１").unwrap().as_str(), "01");
        assert_eq!(BranchNumber::parse("0\u{200b}1 ").unwrap().as_str(), "01");
        for text in ["", "1", "001", "0a", "一二"] {
            assert_eq!(BranchNumber::parse(text), Err(CardKeyError::Branch), "{text}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?}", CardSymbol::parse("秘密の記号").unwrap());
        assert!(!shown.contains("秘密"));
    }
}
