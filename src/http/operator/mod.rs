//! Operator routes: health, metrics, documents, and what is loaded. Plain HTTP; on a loopback address, or behind a token.

mod batches;
mod cards;
mod document;
mod explain;
mod explain_card;
pub mod explanation;
mod finding;
mod health;
mod insurers;
mod json;
mod limits;
mod metrics;
mod people;
mod serve;
mod simulation;
mod stable_id;
mod token;

pub use document::document;
pub use serve::serve;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::clock::Clock;
use crate::config::Limits;
use crate::identity::Trust;
use crate::metrics::Metrics;
use crate::query::Directory;
use crate::store::Store;

use crate::exchange::failure::Failure;
use crate::http::request::{Surroundings, surround};

/// What operator routes work with.
#[derive(Clone)]
pub struct OperatorState {
    /// The database.
    pub store: Store,
    /// Insurers and institutions.
    pub directory: Arc<Directory>,
    /// What is believed about certificates.
    pub trust: Arc<Trust>,
    /// Series.
    pub metrics: Arc<Metrics>,
    /// Time.
    pub clock: Clock,
    /// Bounds.
    pub limits: Limits,
    /// The bearer token that is asked for, if any.
    pub token: Option<Arc<str>>,
}

fn routes() -> OpenApiRouter<OperatorState> {
    OpenApiRouter::with_openapi(document::Frame::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(people::list))
        .routes(routes!(people::one))
        .routes(routes!(insurers::list))
        .routes(routes!(cards::register))
        .routes(routes!(cards::revoke))
        .routes(routes!(cards::renew))
        .routes(routes!(batches::list))
        .routes(routes!(batches::one))
        .routes(routes!(batches::cancel))
        .routes(routes!(batches::rerun))
        .routes(routes!(simulation::get, simulation::set))
        .routes(routes!(explain::explain))
        .routes(routes!(limits::monthly))
}

/// Every operator route.
pub fn router(state: OperatorState) -> Router {
    let around = Surroundings { listener: "operator", metrics: state.metrics.clone(), patience: state.limits.request };
    let (router, _) = routes().split_for_parts();
    router
        .merge(SwaggerUi::new("/docs").url("/openapi.json", document()))
        .method_not_allowed_fallback(|| async { Failure::Method })
        .fallback(|| async { Failure::NoRoute })
        .layer(from_fn_with_state(state.clone(), token::check))
        .layer(CatchPanicLayer::custom(|_| Failure::Internal.into_response()))
        .layer(from_fn_with_state(around, surround))
        .with_state(state)
}
