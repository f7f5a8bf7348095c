use std::borrow::Cow;

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8};

use crate::domain::AnswerCharset;

use super::fault::Fault;

/// Turns XML bytes into text by the `encoding` of the XML declaration: UTF-8 (also without a declaration) or Shift_JIS
/// under any of its usual names. Both a UTF-8 byte-order mark and none are accepted.
///
/// # Errors
/// [`Fault::Empty`] without bytes, [`Fault::Charset`] for another character set or bytes that do not fit the declared one.
pub fn decode_declared(body: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if body.is_empty() {
        return Err(Fault::Empty);
    }
    let (without_mark, marked) = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (body, false),
    };
    let declared = match declared_encoding(without_mark) {
        None => UTF_8,
        Some(label) => known(label).ok_or(Fault::Charset)?,
    };
    if marked && declared != UTF_8 {
        return Err(Fault::Charset);
    }
    declared.decode_without_bom_handling_and_without_replacement(without_mark).ok_or(Fault::Charset)
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

fn known(label: &str) -> Option<&'static Encoding> {
    const SHIFT_JIS_NAMES: [&str; 7] = ["shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "cp932"];
    let label = label.to_ascii_lowercase();
    match label.as_str() {
        "utf-8" | "utf8" => Some(UTF_8),
        other if SHIFT_JIS_NAMES.contains(&other) => Some(SHIFT_JIS),
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
            assert!(decode_declared(&body).unwrap().ends_with("試験"), "{label}");
        }
        assert_eq!(decode_declared("試験".as_bytes()).unwrap(), "試験");
        assert_eq!(decode_declared("\u{feff}<a/>".as_bytes()).unwrap(), "<a/>");
    }

    #[test]
    fn bytes_must_fit_the_declaration() {
        let mut wrong = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>".to_vec();
        wrong.extend(b"\x8e\x8e\x8c\xb1");
        assert_eq!(decode_declared(&wrong), Err(Fault::Charset));
        assert_eq!(decode_declared(b"<?xml version=\"1.0\" encoding=\"EUC-JP\"?><a/>"), Err(Fault::Charset));
        assert_eq!(decode_declared(b"\xff\xfe<\0a\0"), Err(Fault::Charset));
        assert_eq!(decode_declared(b""), Err(Fault::Empty));
    }

    #[test]
    fn what_shift_jis_lacks_becomes_a_black_dot() {
        // 髙 is in Windows-31J (0xFBFC), U+2123D is not.
        assert_eq!(encode("髙\u{2123d}".into(), AnswerCharset::ShiftJis), b"\xfb\xfc\x81\x9c");
        assert_eq!(encode("髙\u{2123d}".into(), AnswerCharset::Utf8), "髙\u{2123d}".as_bytes());
    }
}
