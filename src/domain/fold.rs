//! The search form of 保険者番号, 記号, 番号 and 枝番: equal for every way of writing the same characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Folds a text to the form in which it is compared, so that 「１２－３」 equals 「12ー3」 and 「12-3」.
///
/// Unifies widths, half-width kana and compatibility characters (Unicode NFKD), drops blanks and invisible characters, unifies
/// marks of one shape, and composes the rest (NFC). Printable ASCII never changes. Different letters stay different even if they
/// look alike (ー and 一, カ and 力, O and 0), and so do upper and lower case, large and small kana, and the old and new form of
/// a kanji.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    // Composed last: dropping a blank may leave a mark that belongs to the letter before it.
    text.nfkd().filter(|c| !c.is_whitespace() && !is_invisible(*c)).map(shape).nfc().collect::<String>().into()
}

/// Returns the digits of a text of any width, without blanks and invisible characters; None if it holds anything else.
#[must_use]
pub fn digits(text: &str) -> Option<Cow<'_, str>> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Cow::Borrowed(text));
    }
    if text.chars().any(char::is_control) {
        return None;
    }
    let folded = fold(text);
    folded.bytes().all(|b| b.is_ascii_digit()).then_some(folded)
}

/// Returns whether a character that is not a blank is invisible: the Unicode property `Default_Ignorable_Code_Point`, the general
/// category `Cf`, and the empty pattern of Braille.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns whether a folded character cannot be compared: it was lost in conversion (U+FFFD), differs on every machine (外字), or
/// only looks like a digit, a kanji or a dash (digits of other scripts, ❶, ⻑ for 長, ㇐ for ー).
#[must_use]
pub fn is_incomparable(c: char) -> bool {
    match c {
        '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => true,
        // Radicals and strokes of kanji.
        '\u{2e80}'..='\u{2fdf}' | '\u{31c0}'..='\u{31ef}' => true,
        // Letters and signs that look like ー: Hangul, Latin tone letters, technical drawing, the Book of Changes.
        '\u{1173}' | '\u{a7f7}' | '\u{23ba}'..='\u{23bd}' | '\u{23e4}' | '\u{268a}' => true,
        '0'..='9' | '〇' => false,
        other => other.is_numeric(),
    }
}

/// Returns one mark for all marks of its shape. Only marks that NFKD leaves different are listed; an ASCII mark is the form of
/// its kind.
const fn shape(c: char) -> char {
    match c {
        // The Unicode property `Dash` with one straight stroke; then the characters that people and devices use instead: the
        // long-vowel bar, lines of tables, bullets and signs.
        '\u{58a}'
        | '\u{5be}'
        | '\u{1400}'
        | '\u{1806}'
        | '‐'..='―'
        | '−'
        | '\u{2e1a}'
        | '\u{2e3a}'
        | '\u{2e3b}'
        | '\u{2e5d}'
        | '\u{10d6e}'
        | '\u{10ead}' => '-',
        'ー' | '─' | '━' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' | '╴' | '╶' | '╸' | '╺' | '╼' | '╾' | '˗' | '⁃' | '⎯'
        | '➖' | '\u{6d4}' | '\u{2cba}' => '-',
        // `Dash` with two strokes, and with a wave. 〜 and ～ are one character of JIS.
        '゠' | '\u{2e17}' | '\u{2e40}' | '═' => '=',
        '〜' | '〰' | '⁓' | '∼' => '~',
        // ‖ and ∥ are one character of JIS, and ¥ has the code of the backslash.
        '‖' | '║' => '∥',
        '¦' | '│' | '┃' | '∣' | '❘' | '⏐' => '|',
        '¥' | '∖' | '╲' => '\\',
        '⁄' | '∕' | '╱' => '/',
        '·' | '•' | '‧' | '∙' | '⋅' | '\u{2e31}' => '・',
        '○' | '◯' | '⭕' => '〇',
        '‘' | '’' | '‛' | '′' | 'ʼ' | 'ʹ' => '\'',
        '“' | '”' | '‟' | '〝' | '〞' | '〟' => '"',
        // The remainder of ‾ and ￣ after NFKD.
        '\u{305}' => '\u{304}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// Returns every character of a Unicode class, from tables that are not ours.
    fn class(pattern: &str) -> Vec<char> {
        let hir = regex_syntax::parse(pattern).unwrap();
        let HirKind::Class(Class::Unicode(class)) = hir.kind() else { panic!("{pattern} is no class") };
        class.iter().flat_map(|range| range.start()..=range.end()).collect()
    }

    #[test]
    fn width_and_composition_do_not_matter() {
        for (one, other) in [
            ("１２－３４５", "12-345"),
            ("ｱ-12・丙", "ア－１２･丙"),
            ("警 ・ 東京", "警・東京"),
            ("ｶﾞ", "カ゛"),
            ("ガ", "カ\u{3099}"),
            ("ｶﾞ", "ガ"),
            ("ガ", "カ\u{200b}\u{3099}"),
            ("ぱ", "は\u{309a}"),
            ("①②", "12"),
            ("㈱", "(株)"),
            // A compatibility ideograph and a variation of a kanji.
            ("\u{fa19}", "神"),
            ("葛\u{e0100}", "葛"),
            ("½", "1/2"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn marks_of_one_shape_are_one() {
        for (form, marks) in [
            ("-", "-－﹣‐‑‒–—―−⁻₋─━ーｰ﹘⁃˗➖︱"),
            ("=", "=＝゠═﹦"),
            ("~", "~～〜〰∼"),
            ("∥", "∥‖"),
            ("|", "|｜│┃￨¦￤"),
            ("\\", "\\＼￥¥﹨"),
            ("/", "/／∕"),
            ("・", "・･·•‧∙⋅"),
            ("〇", "〇○◯"),
            ("'", "'＇’‘′"),
            ("\"", "\"＂“”〝〟"),
            ("¢", "¢￠"),
            ("¬", "¬￢"),
        ] {
            for mark in marks.chars() {
                assert_eq!(fold(&format!("警{mark}1")), format!("警{form}1"), "U+{:04X}", u32::from(mark));
            }
        }
    }

    #[test]
    fn every_dash_of_unicode_has_a_form() {
        let dashes = class(r"\p{Dash}");
        assert!(dashes.len() >= 30);
        for dash in dashes {
            let form = fold(&format!("1{dash}2")).into_owned();
            assert!(["1-2", "1=2", "1~2"].contains(&form.as_str()), "U+{:04X}: {form}", u32::from(dash));
        }
    }

    #[test]
    fn what_cannot_be_seen_goes_away() {
        for c in class(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zs}\p{White_Space}\u{2800}]") {
            assert_eq!(fold(&format!("1{c}2")), "12", "U+{:04X}", u32::from(c));
        }
        // And nothing else does.
        for c in class(r"[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u{2800}]]") {
            assert!(fold(&format!("1{c}2")).chars().count() > 2, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn different_letters_stay_different() {
        for (one, other) in [
            ("ー", "一"),
            ("二", "ニ"),
            ("〇", "0"),
            ("カ", "力"),
            ("カ", "か"),
            ("ツ", "ッ"),
            ("ガ", "カ"),
            ("A", "a"),
            ("O", "0"),
            ("髙", "高"),
            ("國", "国"),
            ("-", "~"),
            ("-", "="),
            ("(", "["),
        ] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
        assert_eq!(fold("一二三"), "一二三");
        assert_eq!(fold("그"), "그");
    }

    #[test]
    fn every_digit_of_unicode_is_folded_or_cannot_be_compared() {
        let numbers = class(r"\p{N}");
        assert!(numbers.len() > 1500);
        for c in numbers {
            let text = c.to_string();
            let folded = fold(&text);
            // 〸 is 十, and ㋀ is 1月.
            let is_known = |c: char| c.is_ascii() || "〇一二三四五六七八九十廿卄卅月日点".contains(c);
            assert!(folded.chars().all(|c| is_known(c) || is_incomparable(c)), "U+{:04X}: {folded}", u32::from(c));
        }
        for c in ['9', '〇', '一', 'ー', '長', '・', 'Z', '●', 'ヵ', '\u{fa11}'] {
            assert!(!fold(&c.to_string()).chars().any(is_incomparable), "{c}");
        }
        for c in ['٣', '९', '❶', '➀', '⻑', '㇐', 'ㅡ', 'ꟷ', '\u{fffd}', '\u{e000}', '\u{10fffd}'] {
            assert!(fold(&c.to_string()).chars().any(is_incomparable), "{c}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for c in '\u{1}'..='\u{10ffff}' {
            let once = fold(&format!("か{c}ﾞ\u{338}")).into_owned();
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn printable_ascii_never_changes() {
        let ascii: String = ('!'..='~').collect();
        assert_eq!(fold(&ascii), ascii);
        assert_eq!(fold(&format!("あ{ascii}")), format!("あ{ascii}"));
    }

    #[test]
    fn digits_of_any_width() {
        assert_eq!(digits("０１１３００１２").as_deref(), Some("01130012"));
        assert_eq!(digits("\u{3000}13 80\u{200b}57").as_deref(), Some("138057"));
        for text in ["0113001x", "0113-0012", "一二", "1\n2", "1\0"] {
            assert_eq!(digits(text), None, "{text:?}");
        }
    }
}
