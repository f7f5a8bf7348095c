//! Reads what the headers say about a body: format, character set, coding.

use axum::http::{HeaderMap, header};

use crate::wire::{Format, Sent};

use super::error::HttpError;
use super::media_type::{MediaType, split};

/// The media types of XML, which RFC 7303 makes equivalent.
pub(super) const XML: [&str; 2] = ["application/xml", "text/xml"];

/// The media type of JSON.
pub(super) const JSON: [&str; 1] = ["application/json"];

/// Returns how the body is sent; `None` if the header is missing, occurs twice, or names neither XML nor JSON.
pub(super) fn sent(headers: &HeaderMap) -> Option<Sent> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return None };
    let media = MediaType::of(only.to_str().ok()?);
    let format = match () {
        () if media.is_one_of(&XML) => Format::Xml,
        () if media.is_one_of(&JSON) => Format::Json,
        () => return None,
    };
    // Two charset parameters are refused like an unknown one.
    let mut labels = media.parameter("charset");
    let label = labels.next().map(|first| if labels.next().is_none() { first } else { "".into() });
    Some(Sent::new(format, label.as_deref()))
}

/// Checks that the body is JSON, which some routes require.
///
/// # Errors
/// If it is something else, or in a character set other than UTF-8.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), HttpError> {
    let sent = sent(headers).filter(|sent| sent.format == Format::Json).ok_or(HttpError::MediaType)?;
    sent.charset()?;
    Ok(())
}

/// Returns whether the body is compressed or otherwise encoded. `identity` means that it is not (RFC 9110 section 8.4.1).
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|value| {
        value.to_str().map_or(true, |codings| {
            split(codings, ',').map(str::trim).any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
        })
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;
    use crate::domain::AnswerCharset;
    use crate::wire::Fault;

    fn headers(name: HeaderName, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    }

    #[test]
    fn a_content_type_tells_format_and_character_set() {
        use AnswerCharset::{ShiftJis, Utf8};
        for (value, format, charset) in [
            ("application/xml", Format::Xml, Ok(None)),
            ("TEXT/XML;Charset=\"Shift_JIS\"", Format::Xml, Ok(Some(ShiftJis))),
            ("application/xml; version=1; charset=utf-8", Format::Xml, Ok(Some(Utf8))),
            ("application/xml; charset=utf-8; charset=utf-8", Format::Xml, Err(Fault::CharsetParameter(Format::Xml))),
            ("application/json;charset=UTF-8", Format::Json, Ok(Some(Utf8))),
            ("application/json; charset=windows-31j", Format::Json, Err(Fault::CharsetParameter(Format::Json))),
        ] {
            let sent = sent(&headers(header::CONTENT_TYPE, &[value])).unwrap();
            assert_eq!((sent.format, sent.charset()), (format, charset), "{value}");
        }
        for values in [
            [].as_slice(),
            &[""],
            &["application/*"],
            &["application/xml, application/json"],
            &["application/xml", "application/json"],
            &["application/xml", "application/xml"],
            &["application/problem+json"],
            &["applicatión/xml"],
        ] {
            assert_eq!(sent(&headers(header::CONTENT_TYPE, values)), None, "{values:?}");
        }
    }

    #[test]
    fn identity_is_no_coding() {
        for values in [[].as_slice(), &[""], &["identity"], &["Identity , identity,"], &["identity", " "]] {
            assert!(!is_encoded(&headers(header::CONTENT_ENCODING, values)), "{values:?}");
        }
        for values in [["gzip"].as_slice(), &["identity, gzip"], &["identity", "br"], &["identity;q=1"], &["é"]] {
            assert!(is_encoded(&headers(header::CONTENT_ENCODING, values)), "{values:?}");
        }
    }
}
