//! Checks who may use operator routes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::state::OperatorState;
use crate::exchange::refused::MessageRefused;
use crate::http::error::HttpError;
use crate::http::request::authorization;
use crate::identity::Framing;

/// Passes a request that shows the configured token as `Authorization: Bearer …`, or any request if none is configured. Refuses
/// every request whose framing is malformed.
pub(super) async fn check(State(state): State<OperatorState>, request: Request, next: Next) -> Response {
    if let Some(framing) = request.extensions().get::<Framing>() {
        return HttpError::Refused(MessageRefused::Framing(*framing)).into_response();
    }
    if let Some(token) = &state.token {
        let shown = authorization(request.headers());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        if verify_slices_are_equal(shown.as_bytes(), token.as_bytes()).is_err() {
            return HttpError::OperatorToken.into_response();
        }
    }
    next.run(request).await
}
