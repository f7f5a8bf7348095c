//! Lists the terminal routes, and surrounds them with trust, metrics, the log and the time limit.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::post;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Limits;
use crate::exchange::refused::MessageRefused;
use crate::http::error::HttpError;
use crate::http::request::{Surroundings, surround};

use super::state::TerminalState;
use super::token::known_by_token;
use super::trusted::{still_trusted, trusted};
use super::{by_certificate, challenges, login, message, search};

/// Lists the routes of official messages. [`exchange`](crate::exchange) judges their caller itself, to refuse in official
/// fields.
fn messages() -> OpenApiRouter<TerminalState> {
    OpenApiRouter::new()
        .routes(routes!(message::message))
        .routes(routes!(by_certificate::look_up))
        .routes(routes!(search::search))
}

/// Lists all other routes.
fn others() -> OpenApiRouter<TerminalState> {
    OpenApiRouter::new().routes(routes!(challenges::make)).routes(routes!(login::auth))
}

/// Returns the terminal routes' part of the OpenAPI document.
pub(in crate::http) fn document() -> Document {
    messages().merge(others()).split_for_parts().1
}

/// Makes the router of every terminal route. Requests must carry an `Arc<VerifiedCaller>` among their extensions.
pub fn router(state: TerminalState) -> Router {
    let around = surroundings("terminal", &state);
    let (messages, _) = messages().split_for_parts();
    let (others, _) = others().split_for_parts();
    messages
        .merge(others.route_layer(from_fn_with_state(state.clone(), still_trusted)))
        .method_not_allowed_fallback(async |State(state), request: Request| otherwise(&state, &request, HttpError::Method))
        .fallback(async |State(state), request: Request| otherwise(&state, &request, HttpError::NoRoute))
        .layer(CatchPanicLayer::custom(|_| HttpError::Refused(MessageRefused::Internal).into_response()))
        .layer(from_fn_with_state(around, surround))
        .with_state(state)
}

/// Makes a router of the search path alone, for callers identified by their token.
pub fn token_router(state: TerminalState) -> Router {
    let around = surroundings("token", &state);
    Router::new()
        .route(search::PATH, post(search::search))
        .route_layer(from_fn_with_state(state.clone(), known_by_token))
        .method_not_allowed_fallback(|| async { HttpError::Method })
        .fallback(|| async { HttpError::NoRoute })
        .layer(CatchPanicLayer::custom(|_| HttpError::Refused(MessageRefused::Internal).into_response()))
        .layer(from_fn_with_state(around, surround))
        .with_state(state)
}

/// Returns what is wrong with the route, or, for an untrusted caller, the refusal of the caller.
fn otherwise(state: &TerminalState, request: &Request, wrong: HttpError) -> HttpError {
    trusted(state, request.extensions()).err().map_or(wrong, HttpError::from)
}

fn surroundings(listener: &'static str, state: &TerminalState) -> Surroundings {
    let parts = &state.exchange;
    Surroundings { listener, metrics: parts.metrics.clone(), patience: last_resort(parts.limits) }
}

/// Returns the time limit for everything that has none of its own. Messages keep their own limits, to be refused in their
/// format.
fn last_resort(limits: Limits) -> Duration {
    limits.body.max(limits.bulk.file + limits.request) + limits.request + Duration::from_secs(1)
}
