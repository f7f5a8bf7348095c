//! The second path of the real HTTPS interface: OQS-IF-001 in JSON, with the idToken of a login.
//!
//! The real client shows its certificate at the login only. So the path stands on two listeners: on the one that demands a
//! certificate, which must then be the login's, and, where it is configured, on one that knows its callers by the token alone.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tower_http::catch_panic::CatchPanicLayer;

use crate::clock::system_now;
use crate::identity::{TokenError, VerifiedCaller};
use crate::wire::Format;
use crate::wire::message::{MessageKind, Understood};

use super::state::TerminalState;
use super::trusted::{last_resort, still_trusted};
use crate::exchange::by_card;
use crate::exchange::failure::Failure;
use crate::exchange::message::Exchange;
use crate::http::content::sent;
use crate::http::request::{RequestId, Surroundings, authorization, surround};

/// Where the real host takes searches.
pub(crate) const PATH: &str = "/oqs-api-pro/MSA01030/ILI01030SV01/search";

/// The kind of token that a search shows.
pub(crate) const TOKEN: &str = "id";

/// OQS-IF-001 in JSON, with the idToken as the whole of `Authorization`.
#[utoipa::path(
    post, path = "/oqs-api-pro/MSA01030/ILI01030SV01/search", tag = "terminal",
    request_body(content(("application/json"))),
    responses(
        (status = 200, description = "The official answer, SegmentOfResult 1"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode")
    )
)]
pub(crate) async fn search(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(sent) = sent(&parts.headers).filter(|sent| sent.format == Format::Json) else {
        return Failure::MediaType.into_response();
    };
    let tokens = state.tokens.clone();
    let exchange = Exchange::begin(state, caller.clone(), request_id, Format::Json, Some(MessageKind::ByCard)).await;
    let admitted =
        token_of(&parts.headers).and_then(|token| tokens.check(TOKEN, &caller, token, system_now()).map_err(Failure::Token));
    match admitted {
        Ok(()) => by_card::answer(&exchange, &parts.headers, body, sent).await,
        Err(failure) => exchange.refuse(&Understood::default(), &failure),
    }
}

/// The search path alone, for callers whom their token makes known. Nothing of a body is read before that.
pub fn router(state: TerminalState) -> Router {
    let around = Surroundings { listener: "token", metrics: state.metrics.clone(), patience: last_resort(state.limits) };
    Router::new()
        .route(PATH, post(search))
        .route_layer(from_fn_with_state(state.clone(), still_trusted))
        .route_layer(from_fn_with_state(state.clone(), known_by_token))
        .method_not_allowed_fallback(|| async { Failure::Method })
        .fallback(|| async { Failure::NoRoute })
        .layer(CatchPanicLayer::custom(|_| Failure::Internal.into_response()))
        .layer(from_fn_with_state(around, surround))
        .with_state(state)
}

/// Makes the token's bearer the caller. Whether the token has run out is judged by the search itself, and whether the login's
/// certificate still holds where every caller's is.
async fn known_by_token(State(state): State<TerminalState>, mut request: Request, next: Next) -> Response {
    let bearer = token_of(request.headers())
        .and_then(|token| state.tokens.bearer(TOKEN, token, &state.trust).map_err(Failure::Token));
    match bearer {
        Ok(caller) => {
            let caller = Arc::new(caller);
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(failure) => failure.into_response(),
    }
}

/// The whole of the one `Authorization` header.
fn token_of(headers: &HeaderMap) -> Result<&str, Failure> {
    match authorization(headers) {
        Some(token) => Ok(token),
        None if headers.contains_key(header::AUTHORIZATION) => Err(Failure::Token(TokenError::Invalid)),
        None => Err(Failure::TokenMissing),
    }
}
