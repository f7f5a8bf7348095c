//! Checks every request, whatever it asks: the caller's certificate, and the faults that the listener found.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::exchange::refused::MessageRefused;
use crate::http::error::HttpError;
use crate::identity::{Framing, Overloaded, VerifiedCaller};

use super::state::TerminalState;

/// Refuses a request whose caller is no longer trusted, or in which the listener found a fault. Applies to every route except
/// those of messages.
pub(super) async fn still_trusted(State(state): State<TerminalState>, request: Request, next: Next) -> Response {
    match trusted(&state, request.extensions()) {
        Ok(()) => next.run(request).await,
        Err(refused) => HttpError::Refused(refused).into_response(),
    }
}

/// Checks the caller's certificate again, and that the listener found no fault. [`exchange`](crate::exchange) checks the same
/// for messages, to refuse them in official fields.
pub(super) fn trusted(state: &TerminalState, extensions: &Extensions) -> Result<(), MessageRefused> {
    state.exchange.admission.certificate(&*caller(extensions)?)?;
    found(extensions).map_or(Ok(()), Err)
}

/// Returns the verified caller. Listeners accept no request without one.
pub(super) fn caller(extensions: &Extensions) -> Result<Arc<VerifiedCaller>, MessageRefused> {
    extensions.get::<Arc<VerifiedCaller>>().cloned().ok_or(MessageRefused::Internal)
}

/// Returns the fault that the listener found: malformed framing, or overload.
pub(super) fn found(extensions: &Extensions) -> Option<MessageRefused> {
    match (extensions.get::<Framing>(), extensions.get::<Overloaded>()) {
        (Some(framing), _) => Some(MessageRefused::Framing(*framing)),
        (None, Some(Overloaded)) => Some(MessageRefused::Busy),
        (None, None) => None,
    }
}
