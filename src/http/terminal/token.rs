//! Identifies callers by the idToken of a login.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::exchange::refused::MessageRefused;
use crate::http::error::HttpError;
use crate::http::request::authorization;
use crate::identity::TokenError;

use super::state::TerminalState;

/// The kind of token that a search shows.
pub(super) const ID: &str = "id";

/// Makes the bearer of the token the caller, before any of the body is read. The search checks the token's expiry; the
/// certificate of the login is checked as for every caller.
pub(super) async fn known_by_token(State(state): State<TerminalState>, mut request: Request, next: Next) -> Response {
    let bearer = token_of(request.headers())
        .and_then(|token| state.tokens.bearer(ID, token, &state.exchange.trust).map_err(MessageRefused::Token));
    match bearer {
        Ok(caller) => {
            let caller = Arc::new(caller);
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(refused) => HttpError::Refused(refused).into_response(),
    }
}

/// Returns the whole value of the only `Authorization` header.
pub(super) fn token_of(headers: &HeaderMap) -> Result<&str, MessageRefused> {
    match authorization(headers) {
        Some(token) => Ok(token),
        None if headers.contains_key(header::AUTHORIZATION) => Err(MessageRefused::Token(TokenError::Invalid)),
        None => Err(MessageRefused::TokenMissing),
    }
}
