//! Surrounds the operator routes with the token, the documents, metrics, the log and the time limit.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_swagger_ui::SwaggerUi;

use crate::exchange::refused::MessageRefused;
use crate::http::error::HttpError;
use crate::http::request::{Surroundings, surround};

use super::document::document;
use super::routes::routes;
use super::state::OperatorState;
use super::token;

/// Makes the router of every operator route.
pub fn router(state: OperatorState) -> Router {
    let around = Surroundings { listener: "operator", metrics: state.metrics.clone(), patience: state.limits.request };
    let (router, _) = routes().split_for_parts();
    router
        .merge(SwaggerUi::new("/docs").url("/openapi.json", document()))
        .method_not_allowed_fallback(|| async { HttpError::Method })
        .fallback(|| async { HttpError::NoRoute })
        .layer(from_fn_with_state(state.clone(), token::check))
        .layer(CatchPanicLayer::custom(|_| HttpError::Refused(MessageRefused::Internal).into_response()))
        .layer(from_fn_with_state(around, surround))
        .with_state(state)
}
