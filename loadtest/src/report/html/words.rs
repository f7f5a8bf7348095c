//! Texts of the page: in both languages at once, safe in HTML and in SVG.

use shikaku::domain::grouped;
use shikaku::language::{Bilingual, Language};

/// Escapes what HTML and SVG would read as markup, and shows characters that XML may not hold as `�`.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(c),
            _ if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}

/// Writes a text in both languages, of which the style shows one.
pub(super) fn both(text: &Bilingual) -> String {
    in_both("span", "", text)
}

/// Writes a text in both languages, each as an element with more attributes; as one element if the texts are the same.
pub(super) fn in_both(element: &str, attributes: &str, text: &Bilingual) -> String {
    let (english, japanese) = (escaped(text.text(Language::En)), escaped(text.text(Language::Ja)));
    if english == japanese {
        return if element == "span" && attributes.is_empty() {
            english
        } else {
            format!("<{element}{attributes}>{english}</{element}>")
        };
    }
    format!(
        "<{element} lang=\"en\"{attributes}>{english}</{element}><{element} lang=\"ja\"{attributes}>{japanese}</{element}>"
    )
}

/// Writes a text of constants.
pub(super) fn say(english: &'static str, japanese: &'static str) -> String {
    both(&(english, japanese).into())
}

/// Makes a text that is the same in both languages.
pub(super) fn same(text: impl Into<String>) -> Bilingual {
    let text = text.into();
    (text.clone(), text).into()
}

/// Writes a number with at most three digits that say something, and thousands in groups.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", grouped(size.round() as u64));
    }
    let digits = match size {
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_are_made_safe() {
        assert_eq!(escaped("<b a=\"1\">&\u{1b}[31m\n"), "&lt;b a=&quot;1&quot;&gt;&amp;\u{fffd}[31m\n");
    }

    #[test]
    fn numbers_have_three_digits_that_say_something() {
        let texts = [0.0, 0.0404, 0.5, 1.0, 1.234, 12.34, 123.4, 1234.5, -2500.0].map(number);
        assert_eq!(texts, ["0", "0.04", "0.5", "1", "1.23", "12.3", "123", "1,235", "-2,500"]);
    }
}
