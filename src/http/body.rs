use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::error::Failure;

/// Reads a whole request body within bounds. A body that says it is too long is refused unread.
pub(super) async fn read(headers: &HeaderMap, body: Body, most: usize, patience: Duration) -> Result<Bytes, Failure> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(Failure::ContentEncoding);
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
        return Err(Failure::BodyTooLarge);
    }
    match tokio::time::timeout(patience, Limited::new(body, most).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Failure::BodyTooLarge),
        Ok(Err(_)) | Err(_) => Err(Failure::BodyIncomplete),
    }
}
