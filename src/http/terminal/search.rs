//! The second path of the real HTTPS interface: OQS-IF-001 in JSON, with the idToken of a login.
//!
//! The real client shows its certificate at the login only. Therefore the path exists on two listeners: on the one that demands
//! a certificate, which must be the login's, and, if configured, on one that identifies callers by the token alone.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use crate::clock::system_now;
use crate::exchange::refused::MessageRefused;
use crate::exchange::{Incoming, Packing};
use crate::http::content;
use crate::http::error::HttpError;
use crate::wire::Format;
use crate::wire::message::MessageKind;

use super::carry::{carry, incoming};
use super::state::TerminalState;
use super::token::{ID, token_of};
use super::trusted::{caller, trusted};

/// The path of searches on the real host.
pub(super) const PATH: &str = "/oqs-api-pro/MSA01030/ILI01030SV01/search";

/// Answers OQS-IF-001 in JSON, with the idToken as the whole of `Authorization`.
#[utoipa::path(
    post, path = "/oqs-api-pro/MSA01030/ILI01030SV01/search", tag = "terminal",
    request_body(content(("application/json"))),
    responses(
        (status = 200, description = "The official answer, SegmentOfResult 1"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode")
    )
)]
pub(super) async fn search(State(state): State<TerminalState>, request: Request) -> Response {
    if content::sent(request.headers()).is_none_or(|sent| sent.format != Format::Json) {
        let error = trusted(&state, request.extensions()).err().map_or(HttpError::MediaType, HttpError::from);
        return error.into_response();
    }
    let token = token(&state, &request);
    let incoming = incoming(&state, Some(MessageKind::ByCard), request).map(|incoming| Incoming {
        answer: Format::Json,
        packing: Packing::Refused,
        found: incoming.found.or_else(|| token.err()),
        ..incoming
    });
    carry(state, incoming).await
}

/// Checks that the request shows the token of its caller.
fn token(state: &TerminalState, request: &Request) -> Result<(), MessageRefused> {
    let caller = caller(request.extensions())?;
    let token = token_of(request.headers())?;
    state.tokens.check(ID, &caller, token, system_now()).map_err(MessageRefused::Token)
}
