//! The idToken of a login: where it stands, and whom it makes known.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::exchange::failure::Failure;
use crate::http::error::HttpError;
use crate::http::request::authorization;
use crate::identity::TokenError;

use super::state::TerminalState;

/// The kind of token that a search shows.
pub(super) const ID: &str = "id";

/// Makes the token's bearer the caller. Nothing of a body is read before that. Whether the token has run out is judged by the search
/// itself, and whether the login's certificate still holds where every caller's is.
pub(super) async fn known_by_token(State(state): State<TerminalState>, mut request: Request, next: Next) -> Response {
    let bearer = token_of(request.headers())
        .and_then(|token| state.tokens.bearer(ID, token, &state.exchange.trust).map_err(Failure::Token));
    match bearer {
        Ok(caller) => {
            let caller = Arc::new(caller);
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(failure) => HttpError::Failure(failure).into_response(),
    }
}

/// The whole of the one `Authorization` header.
pub(super) fn token_of(headers: &HeaderMap) -> Result<&str, Failure> {
    match authorization(headers) {
        Some(token) => Ok(token),
        None if headers.contains_key(header::AUTHORIZATION) => Err(Failure::Token(TokenError::Invalid)),
        None => Err(Failure::TokenMissing),
    }
}
