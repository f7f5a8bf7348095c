//! The routes of terminals.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::failure::Failure;
use crate::http::request::{Surroundings, surround};

use super::state::TerminalState;
use super::trusted::{last_resort, still_trusted};
use super::{by_certificate, challenges, login, message, search};

fn routes() -> OpenApiRouter<TerminalState> {
    OpenApiRouter::new()
        .routes(routes!(message::message))
        .routes(routes!(challenges::make))
        .routes(routes!(by_certificate::look_up))
        .routes(routes!(login::auth))
        .routes(routes!(search::search))
}

/// The terminal routes' part of the OpenAPI document.
pub(crate) fn document() -> Document {
    routes().split_for_parts().1
}

/// Every terminal route. Requests must carry an `Arc<VerifiedCaller>` among their extensions.
pub fn router(state: TerminalState) -> Router {
    let around = Surroundings { listener: "terminal", metrics: state.metrics.clone(), patience: last_resort(state.limits) };
    let (router, _) = routes().split_for_parts();
    router
        .method_not_allowed_fallback(|| async { Failure::Method })
        .fallback(|| async { Failure::NoRoute })
        .layer(from_fn_with_state(state.clone(), still_trusted))
        .layer(CatchPanicLayer::custom(|_| Failure::Internal.into_response()))
        .layer(from_fn_with_state(around, surround))
        .with_state(state)
}
