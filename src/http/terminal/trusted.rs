//! What is judged of every request before its route: the caller's certificate, and what the listener found.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::config::Limits;
use crate::exchange::failure::Failure;
use crate::exchange::message as exchange;
use crate::identity::{Framing, Overloaded, VerifiedCaller};

use super::state::TerminalState;

/// Messages keep their times themselves, to answer in their own format; this is for whatever does not.
pub(crate) fn last_resort(limits: Limits) -> Duration {
    limits.body.max(limits.bulk.file + limits.request) + limits.request + Duration::from_secs(1)
}

/// Judges the caller's certificate again, for it may have been revoked since the handshake, and refuses what the listener found to be
/// broken or too much.
pub(crate) async fn still_trusted(State(state): State<TerminalState>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Arc<VerifiedCaller>>().cloned() else {
        return Failure::Internal.into_response();
    };
    match state.trust.check(&caller) {
        Ok(()) => {
            let failure = match (request.extensions().get::<Framing>(), request.extensions().get::<Overloaded>()) {
                (Some(framing), _) => Failure::Framing(*framing),
                (None, Some(Overloaded)) => Failure::Busy,
                (None, None) => return next.run(request).await,
            };
            Box::pin(exchange::refuse_early(state, caller, request, failure)).await
        }
        Err(reason) => {
            state.metrics.refused_callers.with_label_values(&[reason.label()]).inc();
            warn!(
                target: "audit",
                event = "caller_refused",
                reason = reason.label(),
                institution = %caller.institution(),
                terminal = caller.terminal(),
            );
            Box::pin(exchange::refuse_early(state, caller, request, Failure::Certificate(reason))).await
        }
    }
}
