//! What is judged of every request, whatever it asks: the caller's certificate, and what the listener found.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::exchange::failure::Failure;
use crate::http::error::HttpError;
use crate::identity::{Framing, Overloaded, VerifiedCaller};

use super::state::TerminalState;

/// Refuses a request, of any route but those of messages, whose caller is not trusted any more or in which the listener found
/// something wrong.
pub(super) async fn still_trusted(State(state): State<TerminalState>, request: Request, next: Next) -> Response {
    match trusted(&state, request.extensions()) {
        Ok(()) => next.run(request).await,
        Err(failure) => HttpError::Failure(failure).into_response(),
    }
}

/// Judges the caller's certificate again, and whether the listener found nothing wrong. Of messages [`exchange`](crate::exchange)
/// judges the same, to refuse them in official fields.
pub(super) fn trusted(state: &TerminalState, extensions: &Extensions) -> Result<(), Failure> {
    state.exchange.admission.certificate(&*caller(extensions)?)?;
    found(extensions).map_or(Ok(()), Err)
}

/// Who calls. Listeners take no request without.
pub(super) fn caller(extensions: &Extensions) -> Result<Arc<VerifiedCaller>, Failure> {
    extensions.get::<Arc<VerifiedCaller>>().cloned().ok_or(Failure::Internal)
}

/// What the listener found to be broken or too much.
pub(super) fn found(extensions: &Extensions) -> Option<Failure> {
    match (extensions.get::<Framing>(), extensions.get::<Overloaded>()) {
        (Some(framing), _) => Some(Failure::Framing(*framing)),
        (None, Some(Overloaded)) => Some(Failure::Busy),
        (None, None) => None,
    }
}
