use std::borrow::Cow;
use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::insurer::InsurerNumber;
use super::text::check_text;

/// What stands on an insured-person's card and tells the person apart: 保険者番号, 記号, 番号 and 枝番.
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
    /// The form under which the key is searched: widths folded, blanks gone, without the branch.
    #[must_use]
    pub fn search_key(&self) -> SearchKey {
        let symbol = self.symbol.as_ref().map(|s| fold(s.as_str())).unwrap_or_default();
        // U+001F can stand in no part, so that two different keys never share one search form.
        SearchKey([self.insurer.as_str(), &symbol, &fold(self.number.as_str())].join("\u{1f}"))
    }

    /// Whether both are of one card, the branch left aside: their search forms are equal.
    #[must_use]
    pub fn is_same_card(&self, other: &Self) -> bool {
        let same = |this: &str, other: &str| this == other || fold(this) == fold(other);
        let symbols = [self, other].map(|key| key.symbol.as_ref().map_or("", CardSymbol::as_str));
        self.insurer == other.insurer && same(symbols[0], symbols[1]) && same(self.number.as_str(), other.number.as_str())
    }
}

/// The width-folded form of insurer, symbol and number. Equal for all ways of writing the same card.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SearchKey(String);

impl SearchKey {
    /// The text that the database holds.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, to keep.
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

/// Folds the width of letters, digits, kana and hyphens to one form and drops blanks, so that 「１２－３」 equals 「12-3」.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    // Composed last: a blank that goes away may leave a mark behind that belongs to the letter before it.
    text.nfkd()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            // Compatibility leaves these as they are; they all serve as the hyphen of a 記号 in practice.
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        })
        .nfc()
        .collect::<String>()
        .into()
}

/// Why a text is no part of a [`CardKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardKeyError {
    /// A symbol or number is empty, longer than 20 characters, or holds a control character.
    #[error("a symbol or number has 1 to 20 characters and no control characters")]
    Text,
    /// A branch is not two digits.
    #[error("a branch number has two digits")]
    Branch,
}

/// 被保険者証記号: 1 to 20 characters as the insurer writes them, in any width.
#[derive(Clone, PartialEq, Eq)]
pub struct CardSymbol(String);

/// 被保険者証番号: 1 to 20 characters as the insurer writes them, in any width.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(String);

/// 枝番: two digits that tell the members of a household apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BranchNumber([u8; 2]);

fn part(text: &str) -> Result<String, CardKeyError> {
    check_text(text, 20).map_err(|_| CardKeyError::Text)?;
    if fold(text).is_empty() {
        return Err(CardKeyError::Text);
    }
    Ok(text.to_owned())
}

impl CardSymbol {
    /// # Errors
    /// When the text is blank, longer than 20 characters, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, CardKeyError> {
        part(text).map(Self)
    }

    /// The symbol as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CardNumber {
    /// # Errors
    /// When the text is blank, longer than 20 characters, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, CardKeyError> {
        part(text).map(Self)
    }

    /// The number as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BranchNumber {
    /// Reads two digits of any width.
    ///
    /// # Errors
    /// When the text is not two digits.
    pub fn parse(text: &str) -> Result<Self, CardKeyError> {
        check_text(text, 20).map_err(|_| CardKeyError::Branch)?;
        match fold(text).as_bytes() {
            [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Ok(Self([*a, *b])),
            _ => Err(CardKeyError::Branch),
        }
    }

    /// The two digits, half-width.
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
    fn width_does_not_matter() {
        assert_eq!(key(Some("１２－３４５"), "１２３"), key(Some("12-345"), "123"));
        assert_eq!(key(Some("ｱ-12・丙"), "1"), key(Some("ア－１２･丙"), "1"));
        assert_eq!(key(Some("警 ・ 東京"), "1"), key(Some("警・東京"), "1"));
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
