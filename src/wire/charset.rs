//! Character sets: decodes the bytes of requests, encodes answers as UTF-8 or Shift_JIS (Windows-31J).

use std::borrow::Cow;

use encoding_rs::{EncoderResult, Encoding, SHIFT_JIS, UTF_8};
use unicode_normalization::UnicodeNormalization;

use crate::domain::{AnswerCharset, is_invisible};

use super::fault::Fault;

/// Decodes the bytes of an XML message into text. The character set is taken, in the order of RFC 7303 section 3, from a UTF-8
/// byte-order mark, from `named` (the charset of the envelope), or from the `encoding` of the XML declaration; without any of
/// them it is UTF-8. If the mark and the declaration contradict each other and the envelope does not settle it, the message is
/// refused (XML 1.0 section 4.3.3).
///
/// # Errors
/// [`Fault::Empty`] if there are no bytes; [`Fault::Charset`] for another character set, or for bytes that are invalid in the one
/// found.
pub fn decode_declared(body: &[u8], named: Option<AnswerCharset>) -> Result<Cow<'_, str>, Fault> {
    if body.is_empty() {
        return Err(Fault::Empty);
    }
    let (without_mark, marked) = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (body, false),
    };
    // UTF-16 and UTF-32 without a mark (XML 1.0 appendix F).
    if [&b"<\0"[..], b"\0<\0", b"\0\0\0<"].iter().any(|start| body.starts_with(start)) {
        return Err(Fault::Charset);
    }
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

/// Returns the value of `encoding` in the XML declaration at the start of `body`; blanks and line ends before it are skipped.
fn declared_encoding(body: &[u8]) -> Option<&str> {
    let body = body.trim_ascii_start();
    let head = &body[..body.len().min(200)];
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?.strip_prefix("<?xml")?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// Returns the character set that `label` names in a declaration or an envelope; None if it is not supported.
pub(super) fn known(label: &str) -> Option<AnswerCharset> {
    // The names of IANA and WHATWG, and others in common use.
    const SHIFT_JIS_NAMES: [&str; 10] = [
        "shift_jis",
        "shift-jis",
        "sjis",
        "x-sjis",
        "ms_kanji",
        "csshiftjis",
        "windows-31j",
        "cswindows31j",
        "ms932",
        "cp932",
    ];
    let label = label.to_ascii_lowercase();
    match label.as_str() {
        "utf-8" | "utf8" => Some(AnswerCharset::Utf8),
        other if SHIFT_JIS_NAMES.contains(&other) => Some(AnswerCharset::ShiftJis),
        _ => None,
    }
}

/// Encodes an answer. Shift_JIS is Windows-31J: a character with two mappings keeps its JIS code, combining marks are composed
/// with their base character, invisible characters are dropped, and any other character that Windows-31J lacks becomes ●, as in
/// the real system.
///
/// # Panics
/// If `text` is not UTF-8; every writer of messages produces UTF-8.
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
            SHIFT_JIS.encode(&fitting(&composed(text))).0.into_owned()
        }
    }
}

/// Returns the text in NFC, except for characters of Windows-31J that NFC would replace: Å as U+212B and the compatibility
/// ideographs, which have codes of their own.
fn composed(text: &str) -> String {
    let keep = |c: char| matches!(c, '\u{212b}' | '\u{f900}'..='\u{faff}');
    let mut composed = String::with_capacity(text.len());
    for part in text.split_inclusive(keep) {
        let kept = part.chars().next_back().filter(|c| keep(*c));
        composed.extend(part[..part.len() - kept.map_or(0, char::len_utf8)].nfc());
        composed.extend(kept);
    }
    composed
}

/// Returns the text with a substitute for every character that Windows-31J lacks.
fn fitting(text: &str) -> String {
    let mut fitting = String::with_capacity(text.len());
    let mut encoder = SHIFT_JIS.new_encoder();
    let (mut rest, mut unused) = (text, [0; 4096]);
    loop {
        let (result, read, _) = encoder.encode_from_utf8_without_replacement(rest, &mut unused, true);
        let (done, left) = rest.split_at(read);
        rest = left;
        match result {
            EncoderResult::InputEmpty => {
                fitting.push_str(done);
                return fitting;
            }
            EncoderResult::OutputFull => fitting.push_str(done),
            EncoderResult::Unmappable(c) => {
                fitting.push_str(&done[..done.len() - c.len_utf8()]);
                let before = fitting.chars().next_back();
                fitting.extend(substitute(c, before));
            }
        }
    }
}

/// Returns the substitute for a character that Windows-31J lacks or has under another code point; None if the character is
/// dropped. `before` is the character before it.
fn substitute(c: char, before: Option<char>) -> Option<char> {
    let half_width = before.is_some_and(|before| matches!(before, '\u{ff66}'..='\u{ff9d}'));
    Some(match c {
        // The same JIS code under another code point; the encoder itself maps U+2212, U+00A5 and U+203E.
        '〜' => '～',
        '‖' => '∥',
        '¢' => '￠',
        '£' => '￡',
        '¬' => '￢',
        '—' => '―',
        '¦' => '￤',
        'Å' => '\u{212b}',
        // Combining marks without a base character to compose with.
        '\u{3099}' if half_width => 'ﾞ',
        '\u{309a}' if half_width => 'ﾟ',
        '\u{3099}' => '゛',
        '\u{309a}' => '゜',
        c if is_invisible(c) => return None,
        c if c.is_whitespace() => ' ',
        // A compatibility ideograph of which Windows-31J has only the canonically equivalent unified form.
        c => c.nfc().next().filter(|unified| fits(*unified)).unwrap_or('●'),
    })
}

fn fits(c: char) -> bool {
    !SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fold;

    #[test]
    fn the_declaration_names_the_character_set() {
        for (label, before) in
            [("Shift_JIS", ""), ("shift_jis", "\r\n"), ("Windows-31J", " "), ("MS932", ""), ("CP932", ""), ("MS_Kanji", "")]
        {
            let mut body = format!("{before}<?xml version=\"1.0\" encoding='{label}' standalone=\"no\"?>").into_bytes();
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
        for utf_16_or_32 in [&b"\xff\xfe<\0a\0"[..], b"<\0a\0", b"\0<\0a", b"\0\0\0<", b"<\0\0\0"] {
            assert_eq!(decode_declared(utf_16_or_32, None), Err(Fault::Charset), "{utf_16_or_32:?}");
        }
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

    fn shift_jis(text: &str) -> Vec<u8> {
        encode(text.into(), AnswerCharset::ShiftJis)
    }

    #[test]
    fn what_windows_31j_lacks_becomes_a_black_dot() {
        // 髙 is in Windows-31J (0xFBFC), U+2123D is not.
        assert_eq!(shift_jis("髙\u{2123d}"), b"\xfb\xfc\x81\x9c");
        assert_eq!(encode("髙\u{2123d}".into(), AnswerCharset::Utf8), "髙\u{2123d}".as_bytes());
        // One dot for each letter, composed or not; 外字 mean something else on every machine.
        for text in ["é", "e\u{301}", "한", "\u{1112}\u{1161}\u{11ab}", "\u{e000}", "ø", "µ", "\u{1f600}", "–"] {
            assert_eq!(shift_jis(text), b"\x81\x9c", "{text}");
        }
    }

    /// The codes are those of JIS X 0208: row 1 of the table begins at 0x8140.
    #[test]
    fn characters_with_two_mappings_keep_their_jis_code() {
        for (one, other, code) in [
            ('〜', '～', b"\x81\x60"),
            ('‖', '∥', b"\x81\x61"),
            ('−', '－', b"\x81\x7c"),
            ('—', '―', b"\x81\x5c"),
            ('¢', '￠', b"\x81\x91"),
            ('£', '￡', b"\x81\x92"),
            ('¬', '￢', b"\x81\xca"),
            ('¦', '￤', b"\xfa\x55"),
            ('\u{c5}', '\u{212b}', b"\x81\xf0"),
            ('\u{2126}', 'Ω', b"\x83\xb6"),
        ] {
            for c in [one, other] {
                assert_eq!(shift_jis(&c.to_string()), code, "U+{:04X}", u32::from(c));
                // The same next to a character that Windows-31J lacks.
                assert_eq!(shift_jis(&format!("\u{2123d}{c}")), [b"\x81\x9c", &code[..]].concat(), "U+{:04X}", u32::from(c));
            }
        }
        assert_eq!(shift_jis("¥‾"), b"\x5c\x7e");
        // Characters that both NEC and IBM define are written as Microsoft does: NEC's row 13 before IBM's, JIS before both.
        for (c, code) in [
            ('∪', b"\x81\xbe"),
            ('∵', b"\x81\xe6"),
            ('≒', b"\x81\xe0"),
            ('Ⅰ', b"\x87\x54"),
            ('№', b"\x87\x82"),
            ('㈱', b"\x87\x8a"),
            ('ⅰ', b"\xfa\x40"),
            ('纊', b"\xfa\x5c"),
        ] {
            assert_eq!(shift_jis(&c.to_string()), code, "{c}");
        }
    }

    #[test]
    fn compatibility_ideographs_keep_their_codes() {
        // U+FA19 神, U+FA26 都 and U+F929 朗 are IBM's, even if the text has to be composed; of U+F900 only the unified form
        // exists.
        assert_eq!(shift_jis("\u{fa19}"), b"\xfb\x7e");
        assert_eq!(shift_jis("か\u{3099}\u{fa19}\u{f929}"), b"\x82\xaa\xfb\x7e\xfa\xe0");
        assert_eq!(shift_jis("\u{f900}"), shift_jis("豈"));
    }

    #[test]
    fn combining_marks_are_composed() {
        for (text, written) in [
            ("か\u{3099}き\u{3099}", "がぎ"),
            ("ハ\u{309a}", "パ"),
            ("A\u{30a}", "\u{212b}"),
            // Half-width kana have marks of their own; a mark without a base character stands alone.
            ("ｶ\u{3099}ﾊ\u{309a}", "ｶﾞﾊﾟ"),
            ("あ\u{3099}\u{309a}", "あ゛゜"),
            ("葛\u{e0100}飾", "葛飾"),
            ("山\u{200b}田\u{a0}太\u{2003}郎\u{feff}", "山田 太 郎"),
        ] {
            assert_eq!(shift_jis(text), *SHIFT_JIS.encode(written).0, "{written}");
        }
    }

    /// A record found by a key in UTF-8 is found by the same key after a round trip through Windows-31J.
    #[test]
    fn a_search_key_survives_windows_31j() {
        for c in '!'..='\u{ffff}' {
            let bytes = shift_jis(&format!("1{c}2"));
            let back = SHIFT_JIS.decode_without_bom_handling(&bytes).0;
            // 0x7E is ‾ in JIS X 0201 and ~ in Windows-31J.
            if c != '\u{203e}' && (c == '●' || !back.contains('●')) {
                assert_eq!(fold(&back), fold(&format!("1{c}2")), "U+{:04X}", u32::from(c));
            }
        }
    }
}
