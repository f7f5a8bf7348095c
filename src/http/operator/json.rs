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
    let parsed = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let text = inner.to_string();
        let reason = match inner.classify() {
            serde_json::error::Category::Data if is_about_names(&text) => named(&path, text.split(" at line ").next()),
            serde_json::error::Category::Data => named(&path, Some("has a value of the wrong kind")),
            _ => "the body is not one JSON object".to_owned(),
        };
        HttpError::OperatorRequest(reason.into())
    })?;
    match after_end(source, bytes) {
        Some(tail) => {
            Err(HttpError::OperatorRequest(format!("{tail} after the end of the body; nothing may follow it").into()))
        }
        None => Ok(parsed),
    }
}

/// Returns whether an error text of serde holds only names of fields: our own, or one that the client misspelled.
fn is_about_names(text: &str) -> bool {
    ["missing field", "unknown field", "duplicate field"].iter().any(|start| text.starts_with(start))
}

fn named(path: &str, reason: Option<&str>) -> String {
    let reason = reason.unwrap_or_default();
    if path == "." { reason.to_owned() } else { format!("{path}: {reason}") }
}
