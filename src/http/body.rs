//! Reads bodies of requests within bounds.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::exchange::MessageBody;
use crate::exchange::refused::MessageRefused;
use crate::identity::Framing;

use super::content::is_encoded;

/// A body that was not read yet, with what the headers say about it.
pub(super) struct Unread {
    body: Body,
    announced: Option<usize>,
    encoded: bool,
}

impl Unread {
    /// Makes the unread body of a request with these headers.
    pub fn new(headers: &HeaderMap, body: Body) -> Self {
        Self { body, announced: announced(headers), encoded: is_encoded(headers) }
    }
}

/// Returns the size that `Content-Length` announces, in bytes.
fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    Some(usize::try_from(length).unwrap_or(usize::MAX))
}

impl MessageBody for Unread {
    fn announced(&self, most: usize) -> Result<Option<usize>, MessageRefused> {
        if self.encoded {
            return Err(MessageRefused::ContentEncoding);
        }
        if self.announced.is_some_and(|length| length > most) {
            Err(MessageRefused::BodyTooLarge)
        } else {
            Ok(self.announced)
        }
    }

    async fn read(self, most: usize, patience: Duration) -> Result<Vec<u8>, MessageRefused> {
        let mut whole = Vec::with_capacity(self.announced(most)?.unwrap_or_default());
        let mut body = Limited::new(self.body, most);
        // Collects into one buffer of the announced size, so that a long body is never in memory twice.
        let gathered = async {
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|error| refused_for(&*error))?;
                if let Ok(data) = frame.into_data() {
                    whole.extend_from_slice(&data);
                }
            }
            Ok(())
        };
        tokio::time::timeout(patience, gathered).await.unwrap_or(Err(MessageRefused::BodyIncomplete))?;
        Ok(whole)
    }
}

/// Returns the reason why a body could not be read to its end.
fn refused_for(error: &(dyn Error + Send + Sync + 'static)) -> MessageRefused {
    if error.is::<LengthLimitError>() {
        return MessageRefused::BodyTooLarge;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(ErrorKind::InvalidInput | ErrorKind::InvalidData)) {
            return MessageRefused::Framing(Framing::Chunk);
        }
        cause = error.source();
    }
    MessageRefused::BodyIncomplete
}
