//! The parts that the headers of messages share: dates, institutions, and when and how an answer was made.

use data_encoding::BASE64URL;
use jiff::civil::{Date, DateTime};

use crate::domain::{AnswerCharset, AnswerForm, InstitutionCode, InstitutionCodeError, Month};
use crate::wire::element::{Texts, without_blanks};
use crate::wire::fault::{Fault, ValueFault};
use crate::wire::object::{Object, Shape, shape};
use crate::wire::{Format, code};

/// The data about an answer's making that its header states.
#[derive(Debug, Clone, Copy)]
pub struct Processed {
    /// 処理実行日時, Tokyo time.
    pub at: DateTime,
    /// The institution that receives the answer: that of the certificate.
    pub institution: InstitutionCode,
    /// The form in which the institution wants its answers.
    pub form: AnswerForm,
    /// The format of this answer.
    pub format: Format,
    /// Random bytes for 任意のファイル識別子 of an answer about a card whose question has none; None for every other answer.
    pub drawn: Option<[u8; 11]>,
}

impl Processed {
    /// Returns the character set of this answer: JSON is always UTF-8.
    #[must_use]
    pub fn answer_charset(&self) -> AnswerCharset {
        match self.format {
            Format::Xml => self.form.charset,
            Format::Json => AnswerCharset::Utf8,
        }
    }

    /// Writes the message of this answer.
    pub(super) fn write(&self, header: &Object, body: &Object) -> Vec<u8> {
        self.format.write(header, body, self.form.charset)
    }

    /// Returns the file identifier for a question that has none: 16 characters, as in the files of real card readers.
    pub(super) fn drawn_identifier(&self) -> Option<String> {
        self.drawn.map(|bytes| BASE64URL.encode(&bytes))
    }

    pub(super) fn at_text(&self) -> String {
        time_text(self.at)
    }
}

static SHORT_HEADER: Shape = shape![
    "ProcessExecutionTime",
    "MedicalInstitutionCode",
    "ArbitraryFileIdentifier",
    "SegmentOfResult",
    "ErrorCode",
    "ErrorMessage",
    "CharacterCodeIdentifier",
];

/// Makes the header of an answer that is not for a particular day: アップロード結果, 照会番号登録結果.
pub(super) fn short_header(processed: &Processed, file_identifier: Option<&str>) -> Object<'static> {
    Object::new(&SHORT_HEADER)
        .text("ProcessExecutionTime", processed.at_text())
        .text("MedicalInstitutionCode", processed.institution.as_str().to_owned())
        .text_if("ArbitraryFileIdentifier", file_identifier.map(str::to_owned))
        .text("CharacterCodeIdentifier", code::charset(processed.answer_charset()))
}

/// Adds the name of the element to the fault of its value.
pub(super) fn value<T, E: Into<ValueFault>>(element: &'static str, parsed: Result<T, E>) -> Result<T, Fault> {
    parsed.map_err(|reason| Fault::Value { element, reason: reason.into() })
}

/// Writes a time as `YYYYMMDDHHmmss`.
pub(super) fn time_text(at: DateTime) -> String {
    format!("{}{:02}{:02}{:02}", date_text(at.date()), at.hour(), at.minute(), at.second())
}

/// Writes a date as `YYYYMMDD`.
#[must_use]
pub fn date_text(date: Date) -> String {
    // Digit by digit instead of by `format!`: a record has half a dozen dates, and formatting them shows in profiles of files.
    let mut rest = i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day());
    let mut digits = [b'0'; 8];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits.iter().copied().map(char::from).collect()
}

/// Reads a date of the form `YYYYMMDD`; None if the text has another form or the date does not exist.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
}

/// Writes a month as `YYYYMM`.
pub(super) fn month_text(month: Month) -> String {
    let first = month.first_day();
    format!("{:04}{:02}", first.year(), first.month())
}

/// Reads a mandatory month, `YYYYMM`.
pub(super) fn required_month(group: &impl Texts, element: &'static str) -> Result<Month, Fault> {
    let text = group.required(element)?;
    let parsed = text.split_at_checked(4).and_then(|(year, month)| Month::parse(&format!("{year}-{month}")).ok());
    parsed.ok_or(Fault::Value { element, reason: ValueFault::Month })
}

/// Reads a mandatory date.
pub(super) fn required_date(group: &impl Texts, element: &'static str) -> Result<Date, Fault> {
    parse_date(group.required(element)?).ok_or(Fault::Value { element, reason: ValueFault::Date })
}

/// Reads the institution that a message claims to come from.
pub(super) fn institution(group: &impl Texts) -> Result<InstitutionCode, Fault> {
    const ELEMENT: &str = "MedicalInstitutionCode";
    InstitutionCode::parse(group.required(ELEMENT)?)
        .map_err(|reason: InstitutionCodeError| Fault::Value { element: ELEMENT, reason: reason.into() })
}

/// The most octets of a free text, including the blanks around it; a longer text is refused.
const ROOM: usize = 1024;

/// Reads a free text as sent: at most `most` characters, without control characters. Blanks around it do not count.
pub(super) fn free_text<'g>(group: &'g impl Texts, element: &'static str, most: usize) -> Result<Option<&'g str>, Fault> {
    let Some(as_it_came) = group.as_it_came(element)? else { return Ok(None) };
    let text = without_blanks(as_it_came);
    let unwritable = text.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    if unwritable || text.chars().count() > most || as_it_came.len() > ROOM {
        return Err(Fault::Value { element, reason: ValueFault::Text(most) });
    }
    Ok(Some(as_it_came))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn eleven_bytes_are_an_identifier_of_sixteen_characters() {
        let processed = Processed {
            at: date(2026, 11, 22).at(9, 30, 15, 0),
            institution: InstitutionCode::parse("1310012344").unwrap(),
            form: AnswerForm::default(),
            format: Format::Xml,
            drawn: Some([2, 185, 199, 9, 224, 223, 54, 51, 2, 23, 56]),
        };
        // The shape of a real one (wire.md 2.2).
        assert_eq!(processed.drawn_identifier().as_deref(), Some("ArnHCeDfNjMCFzg="));
        assert_eq!(Processed { drawn: Some([0xff; 11]), ..processed }.drawn_identifier().unwrap(), "______________8=");
        assert_eq!(Processed { drawn: None, ..processed }.drawn_identifier(), None);
    }

    #[test]
    fn dates_have_eight_digits() {
        for (day, text) in [(date(2026, 11, 5), "20261105"), (date(1900, 12, 31), "19001231"), (date(33, 1, 20), "00330120")]
        {
            assert_eq!(date_text(day), text);
        }
    }
}
