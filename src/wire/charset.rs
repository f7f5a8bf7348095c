use std::borrow::Cow;

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};

use crate::domain::AnswerCharset;

use super::fault::Fault;

/// Turns XML bytes into text. In the order of RFC 7303 section 3, the character set is told by a UTF-8 byte-order mark, by `named` (what
/// the envelope says), by the `encoding` of the XML declaration; it is UTF-8 where none of them tells. A mark and a declaration that
/// contradict each other are refused where the envelope does not settle it (XML 1.0 section 4.3.3).
///
/// # Errors
/// [`Fault::Empty`] without bytes, [`Fault::Charset`] for another character set or bytes that do not fit the one that was told.
pub fn decode_declared(body: &[u8], named: Option<AnswerCharset>) -> Result<Cow<'_, str>, Fault> {
    if body.is_empty() {
        return Err(Fault::Empty);
    }
    let (without_mark, marked) = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (body, false),
    };
    let declared = || declared_encoding(without_mark).map_or(Some(AnswerCharset::Utf8), known).ok_or(Fault::Charset);
    let charset = match (marked, named) {
        (false, Some(named)) => named,
        (false, None) => declared()?,
        (true, Some(AnswerCharset::Utf8)) => AnswerCharset::Utf8,
        (true, _) if declared()? == AnswerCharset::Utf8 => AnswerCharset::Utf8,
        (true, _) => return Err(Fault::Charset),
    };
    encoding(charset).decode_without_bom_handling_and_without_replacement(without_mark).ok_or(Fault::Charset)
}

fn encoding(charset: AnswerCharset) -> &'static Encoding {
    match charset {
        AnswerCharset::Utf8 => UTF_8,
        AnswerCharset::ShiftJis => SHIFT_JIS,
    }
}

/// The value of `encoding` in an XML declaration at the start of `body`.
fn declared_encoding(body: &[u8]) -> Option<&str> {
    let head = &body[..body.len().min(200)];
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?.strip_prefix("<?xml")?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// The character set of a name that a declaration or an envelope may have.
pub(super) fn known(label: &str) -> Option<AnswerCharset> {
    const SHIFT_JIS_NAMES: [&str; 7] = ["shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "cp932"];
    let label = label.to_ascii_lowercase();
    match label.as_str() {
        "utf-8" | "utf8" => Some(AnswerCharset::Utf8),
        other if SHIFT_JIS_NAMES.contains(&other) => Some(AnswerCharset::ShiftJis),
        _ => None,
    }
}

/// Encodes an answer. A character that Shift_JIS (Windows-31J) does not have becomes ●, as the real system shows it.
///
/// # Panics
/// When `text` is not UTF-8, which everything that writes messages makes.
#[must_use]
pub fn encode(text: Vec<u8>, charset: AnswerCharset) -> Vec<u8> {
    match charset {
        AnswerCharset::Utf8 => text,
        AnswerCharset::ShiftJis => {
            let text = std::str::from_utf8(&text).expect("messages are written in UTF-8");
            let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
            if !unmappable {
                return bytes.into_owned();
            }
            let replaced: String = text.chars().map(|c| if fits_shift_jis(c) { c } else { '●' }).collect();
            SHIFT_JIS.encode(&replaced).0.into_owned()
        }
    }
}

fn fits_shift_jis(c: char) -> bool {
    c.is_ascii() || !SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_names_the_character_set() {
        for label in ["Shift_JIS", "shift_jis", "Windows-31J", "MS932", "CP932"] {
            let mut body = format!("<?xml version=\"1.0\" encoding='{label}' standalone=\"no\"?>").into_bytes();
            body.extend(b"\x8e\x8e\x8c\xb1");
            assert!(decode_declared(&body, None).unwrap().ends_with("試験"), "{label}");
        }
        assert_eq!(decode_declared("試験".as_bytes(), None).unwrap(), "試験");
        assert_eq!(decode_declared("\u{feff}<a/>".as_bytes(), None).unwrap(), "<a/>");
    }

    #[test]
    fn bytes_must_fit_the_declaration() {
        let mut wrong = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_vec();
        wrong.extend(b"\x8e\x8e\x8c\xb1");
        assert_eq!(decode_declared(&wrong, None), Err(Fault::Charset));
        assert_eq!(decode_declared(b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><a/>", None), Err(Fault::Charset));
        assert_eq!(decode_declared(b"\xff\xfe<\0a\0", None), Err(Fault::Charset));
        assert_eq!(decode_declared(b"", None), Err(Fault::Empty));
    }

    #[test]
    fn the_mark_then_the_envelope_then_the_declaration_tell_the_character_set() {
        use AnswerCharset::{ShiftJis, Utf8};
        let right = |text: &str| Ok(format!("{text}試験"));
        let sent = |head: &str, charset| [head.as_bytes(), &encode("試験".into(), charset)].concat();
        let declared = |label| format!("<?xml version=\"1.0\" encoding=\"{label}\"?>");
        for (head, bytes, envelope, fits) in [
            (String::new(), ShiftJis, Some(ShiftJis), true),
            (String::new(), Utf8, Some(Utf8), true),
            (String::new(), ShiftJis, Some(Utf8), false),
            (declared("UTF-8"), ShiftJis, Some(ShiftJis), true),
            (declared("Shift_JIS"), Utf8, Some(Utf8), true),
            (declared("Shift_JIS"), ShiftJis, Some(Utf8), false),
            (declared("EUC-JP"), Utf8, Some(Utf8), true),
            (declared("EUC-JP"), Utf8, None, false),
        ] {
            let read = decode_declared(&sent(&head, bytes), envelope).map(Cow::into_owned);
            assert_eq!(read, if fits { right(&head) } else { Err(Fault::Charset) }, "{head} {bytes:?} {envelope:?}");
        }
        for (label, envelope, fits) in [
            ("UTF-8", None, true),
            ("UTF-8", Some(ShiftJis), true),
            ("Shift_JIS", Some(Utf8), true),
            ("Shift_JIS", Some(ShiftJis), false),
            ("Shift_JIS", None, false),
        ] {
            let head = declared(label);
            let marked = format!("\u{feff}{head}試験");
            let read = decode_declared(marked.as_bytes(), envelope).map(Cow::into_owned);
            assert_eq!(read, if fits { right(&head) } else { Err(Fault::Charset) }, "{label} {envelope:?}");
        }
    }

    #[test]
    fn what_shift_jis_lacks_becomes_a_black_dot() {
        // 髙 is in Windows-31J (0xFBFC), U+2123D is not.
        assert_eq!(encode("髙\u{2123d}".into(), AnswerCharset::ShiftJis), b"\xfb\xfc\x81\x9c");
        assert_eq!(encode("髙\u{2123d}".into(), AnswerCharset::Utf8), "髙\u{2123d}".as_bytes());
    }
}
