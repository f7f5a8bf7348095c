//! Reads JSON bodies of operators' requests.

use axum::body::Body;
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use super::state::OperatorState;
use crate::exchange::MessageBody;
use crate::http::body::Unread;
use crate::http::content::require_json;
use crate::http::error::HttpError;
use crate::wire::after_end;

/// Reads a JSON body within the bounds of the listener.
pub(super) async fn read<T: DeserializeOwned>(
    state: &OperatorState,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, HttpError> {
    require_json(headers)?;
    let bytes = Unread::new(headers, body).read(state.limits.body_bytes, state.limits.body).await?;
    parse(&bytes)
}

/// Parses JSON. A fault names the field and never repeats a value.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Refuses an array, which would be read as the fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(HttpError::OperatorRequest("the body is not one JSON object".into()));
    }
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let parsed =
        serde_path_to_error::deserialize(&mut source).map_err(|error| HttpError::OperatorRequest(reason(error).into()))?;
    match after_end(source, bytes) {
        Some(tail) => {
            Err(HttpError::OperatorRequest(format!("{tail} after the end of the body; nothing may follow it").into()))
        }
        None => Ok(parsed),
    }
}

/// Reads a value that is JSON already.
///
/// # Errors
/// The path of the field and the reason, without any value.
pub(super) fn from_value<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(reason)
}

fn reason(error: serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let inner = error.into_inner();
    let text = inner.to_string();
    match inner.classify() {
        serde_json::error::Category::Data if is_about_names(&text) => named(&path, text.split(" at line ").next()),
        serde_json::error::Category::Data => named(&path, Some(expected(&text))),
        _ => "the body is not one JSON object".to_owned(),
    }
}

/// Returns whether an error text of serde holds only names of fields: our own, or one that the client misspelled.
fn is_about_names(text: &str) -> bool {
    ["missing field", "unknown field", "duplicate field"].iter().any(|start| text.starts_with(start))
}

/// Returns which kind of value belongs in the field. The text of serde names that kind last; the value before it is not repeated.
fn expected(text: &str) -> &'static str {
    let kind = text.rsplit_once(", expected ").and_then(|(_, kind)| kind.split(" at line ").next());
    match kind {
        Some("a string") => "must be a string",
        Some("a boolean") => "must be true or false",
        Some("a sequence") => "must be an array",
        Some("u16") => "must be a whole number from 0 to 65535",
        Some("usize") => "must be a whole number, not below 0",
        Some("i64") => "must be a whole number",
        Some(kind) if kind.starts_with("struct ") => "must be an object",
        _ => "has a value of the wrong kind",
    }
}

fn named(path: &str, reason: Option<&str>) -> String {
    let reason = reason.unwrap_or_default();
    if path == "." { reason.to_owned() } else { format!("{path}: {reason}") }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors of reading it matter")]
    struct Fields {
        text: String,
        flag: Option<bool>,
        list: Option<Vec<String>>,
        small: Option<u16>,
        place: Option<usize>,
        number: Option<i64>,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the errors of reading it matter")]
    struct Inner {
        number: i64,
    }

    #[test]
    fn a_wrong_kind_is_refused_with_the_right_one_and_without_the_value() {
        for (fields, reason) in [
            (r#""text":5"#, "text: must be a string"),
            (r#""text":null"#, "text: must be a string"),
            (r#""flag":"SECRET, expected i64""#, "flag: must be true or false"),
            (r#""list":{}"#, "list: must be an array"),
            (r#""list":["a",1]"#, "list[1]: must be a string"),
            (r#""small":65536"#, "small: must be a whole number from 0 to 65535"),
            (r#""small":-1"#, "small: must be a whole number from 0 to 65535"),
            (r#""place":-1"#, "place: must be a whole number, not below 0"),
            (r#""number":1.5"#, "number: must be a whole number"),
            (r#""inner":"SECRET""#, "inner: must be an object"),
            (r#""inner":{"number":"SECRET"}"#, "inner.number: must be a whole number"),
            (
                r#""colour":1"#,
                "colour: unknown field `colour`, expected one of `text`, `flag`, `list`, `small`, `place`, `number`, `inner`",
            ),
            (r#""flag":true"#, "missing field `text`"),
        ] {
            let error = parse::<Fields>(format!("{{{fields}}}").as_bytes()).unwrap_err();
            assert_eq!(error, HttpError::OperatorRequest(reason.into()), "{fields}");
        }
    }
}
