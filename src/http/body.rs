use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::identity::Framing;

use super::content::is_encoded;
use crate::exchange::failure::Failure;

/// The size that a body says it has.
pub(crate) fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    Some(usize::try_from(length).unwrap_or(usize::MAX))
}

/// Whether a body may come at all: a compressed one, or one that says it is too long, is refused unread.
pub(crate) fn check(headers: &HeaderMap, most: usize) -> Result<(), Failure> {
    if is_encoded(headers) {
        return Err(Failure::ContentEncoding);
    }
    if announced(headers).is_some_and(|length| length > most) { Err(Failure::BodyTooLarge) } else { Ok(()) }
}

/// Reads a whole request body within bounds.
pub(crate) async fn read(headers: &HeaderMap, body: Body, most: usize, patience: Duration) -> Result<Bytes, Failure> {
    check(headers, most)?;
    let mut whole = Vec::with_capacity(announced(headers).unwrap_or_default());
    let mut body = Limited::new(body, most);
    // Gathered in one place from the start: a long body is never in memory twice.
    let gathered = async {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| failure_of(&*error))?;
            if let Ok(data) = frame.into_data() {
                whole.extend_from_slice(&data);
            }
        }
        Ok(())
    };
    tokio::time::timeout(patience, gathered).await.unwrap_or(Err(Failure::BodyIncomplete))?;
    Ok(whole.into())
}

/// Why a body could not be read to its end.
fn failure_of(error: &(dyn Error + Send + Sync + 'static)) -> Failure {
    if error.is::<LengthLimitError>() {
        return Failure::BodyTooLarge;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(ErrorKind::InvalidInput | ErrorKind::InvalidData)) {
            return Failure::Framing(Framing::Chunk);
        }
        cause = error.source();
    }
    Failure::BodyIncomplete
}
