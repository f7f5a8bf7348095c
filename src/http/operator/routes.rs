//! The list of operator routes.

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::frame::Frame;
use super::state::OperatorState;
use super::{batches, cards, explain, health, insurers, limits, metrics, people, registrations, simulation};

/// Lists every operator route, with its part of the OpenAPI document.
pub(super) fn routes() -> OpenApiRouter<OperatorState> {
    OpenApiRouter::with_openapi(Frame::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(people::list))
        .routes(routes!(people::one))
        .routes(routes!(insurers::list))
        .routes(routes!(registrations::send, registrations::list))
        .routes(routes!(registrations::one))
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
