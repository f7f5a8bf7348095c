//! The format and the character set under which a message is sent; they decide how its bytes are read.

use crate::domain::{AnswerCharset, Format};

use super::charset::{decode_declared, known};
use super::element::{Bounds, Each, Element};
use super::fault::Fault;
use super::json_reader::{parse_json, parse_json_each};
use super::xml_reader::{parse_xml, parse_xml_each};

/// The format of a message, and the character set that its envelope names: the `charset` parameter of Content-Type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// The format.
    pub format: Format,
    charset: Charset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charset {
    Unnamed,
    Named(AnswerCharset),
    Unknown,
}

impl Sent {
    /// Describes a message of this format; `label` is the character set as the envelope spells it, if it names one.
    #[must_use]
    pub fn new(format: Format, label: Option<&str>) -> Self {
        let charset = label.map_or(Charset::Unnamed, |label| known(label).map_or(Charset::Unknown, Charset::Named));
        Self { format, charset }
    }

    /// Returns the character set that the envelope names; None if it names none.
    ///
    /// # Errors
    /// [`Fault::CharsetParameter`] if the format cannot have it.
    pub fn charset(self) -> Result<Option<AnswerCharset>, Fault> {
        match (self.format, self.charset) {
            (_, Charset::Unnamed) => Ok(None),
            (Format::Xml, Charset::Named(charset)) => Ok(Some(charset)),
            (Format::Json, Charset::Named(AnswerCharset::Utf8)) => Ok(Some(AnswerCharset::Utf8)),
            (Format::Json, Charset::Named(AnswerCharset::ShiftJis)) | (_, Charset::Unknown) => {
                Err(Fault::CharsetParameter(self.format))
            }
        }
    }

    /// Reads a message body.
    ///
    /// # Errors
    /// If the bytes are not a well-formed message within `bounds`.
    pub fn parse(self, body: &[u8], bounds: Bounds) -> Result<Element<'static>, Fault> {
        self.parse_with(body, bounds, |element| element.into_owned())
    }

    /// Reads a message body, and returns what `taken` makes of it while it borrows from the body.
    ///
    /// # Errors
    /// If the bytes are not a well-formed message within `bounds`.
    pub fn parse_with<T>(self, body: &[u8], bounds: Bounds, taken: impl FnOnce(Element<'_>) -> T) -> Result<T, Fault> {
        let charset = self.charset()?;
        match self.format {
            Format::Xml => parse_xml(&decode_declared(body, charset)?, bounds).map(taken),
            Format::Json => parse_json(body, bounds).map(taken),
        }
    }

    /// Reads a message with a body that may be long: each element directly in the body goes to `each` and is not kept. `bounds`
    /// hold for each element.
    ///
    /// # Errors
    /// If the bytes are not a well-formed message, or `each` returns a fault.
    pub fn parse_each(self, body: &[u8], bounds: Bounds, each: &mut Each<'_>) -> Result<Element<'static>, Fault> {
        let charset = self.charset()?;
        match self.format {
            Format::Xml => parse_xml_each(&decode_declared(body, charset)?, bounds, each).map(Element::into_owned),
            Format::Json => parse_json_each(body, bounds, each).map(Element::into_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_names_what_the_format_can_have() {
        use AnswerCharset::{ShiftJis, Utf8};
        use Format::{Json, Xml};
        for (format, label, charset) in [
            (Xml, None, Ok(None)),
            (Xml, Some("UTF-8"), Ok(Some(Utf8))),
            (Xml, Some("Windows-31J"), Ok(Some(ShiftJis))),
            (Xml, Some("utf-16"), Err(Fault::CharsetParameter(Xml))),
            (Xml, Some(""), Err(Fault::CharsetParameter(Xml))),
            (Json, None, Ok(None)),
            (Json, Some("utf-8"), Ok(Some(Utf8))),
            (Json, Some("Shift_JIS"), Err(Fault::CharsetParameter(Json))),
            (Json, Some("EUC-JP"), Err(Fault::CharsetParameter(Json))),
        ] {
            let sent = Sent::new(format, label);
            assert_eq!(sent.charset(), charset, "{label:?}");
            // A wrong charset is refused before the body is read.
            if let Err(fault) = charset {
                assert_eq!(sent.parse(b"", Bounds::SINGLE), Err(fault));
            }
        }
    }
}
