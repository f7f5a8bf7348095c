use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::warn;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock::Clock;
use crate::config::Limits;
use crate::identity::{Framing, Overloaded, Tokens, Trust, VerifiedCaller};
use crate::metrics::Metrics;
use crate::query::{BulkFetch, BulkRegister, ByCard, ByCertificate, Challenges, Directory, ReferenceNumbers};

use super::arrivals::Arrivals;
use super::error::Failure;
use super::fetches::Fetches;
use super::request::{Surroundings, surround};
use super::{by_certificate, challenges, exchange, login, message, search};

/// What terminal routes work with. Every request has it several times over, so that it is only pointed to.
pub type TerminalState = Arc<TerminalParts>;

/// What there is of it.
pub struct TerminalParts {
    /// Lookups by insured-person's card.
    pub by_card: ByCard,
    /// Lookups by マイナンバーカード.
    pub by_certificate: ByCertificate,
    /// Challenges for cards to sign.
    pub challenges: Challenges,
    /// Files with questions about many people.
    pub bulk_register: BulkRegister,
    /// Results of files.
    pub bulk_fetch: BulkFetch,
    /// 照会番号.
    pub reference_numbers: ReferenceNumbers,
    /// Insurers and institutions.
    pub directory: Arc<Directory>,
    /// Time.
    pub clock: Clock,
    /// Bounds.
    pub limits: Limits,
    /// Series.
    pub metrics: Arc<Metrics>,
    /// What is believed about certificates.
    pub trust: Arc<Trust>,
    /// Login tokens.
    pub tokens: Arc<Tokens>,
    /// Bounds files that arrive at once.
    pub arrivals: Arc<Arrivals>,
    /// Bounds results that are sent at once.
    pub fetches: Fetches,
    /// Turns for bringing pieces of results into another format or character set.
    pub shaping: Arc<Semaphore>,
}

fn routes() -> OpenApiRouter<TerminalState> {
    OpenApiRouter::new()
        .routes(routes!(message::message))
        .routes(routes!(challenges::make))
        .routes(routes!(by_certificate::look_up))
        .routes(routes!(login::auth))
        .routes(routes!(search::search))
}

/// The terminal routes' part of the OpenAPI document.
pub(super) fn document() -> Document {
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

/// Messages keep their times themselves, to answer in their own format; this is for whatever does not.
pub(super) fn last_resort(limits: Limits) -> Duration {
    limits.body.max(limits.bulk.file + limits.request) + limits.request + Duration::from_secs(1)
}

/// Judges the caller's certificate again, for it may have been revoked since the handshake, and refuses what the listener found to be
/// broken or too much.
pub(super) async fn still_trusted(State(state): State<TerminalState>, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Arc<VerifiedCaller>>().cloned() else {
        return Failure::Internal.into_response();
    };
    match state.trust.check(&caller) {
        Ok(()) => {
            let failure = match (request.extensions().get::<Framing>(), request.extensions().get::<Overloaded>()) {
                (Some(framing), _) => Failure::Framing(*framing),
                (None, Some(Overloaded)) => Failure::Busy,
                (None, None) => return next.run(request).await,
            };
            Box::pin(exchange::refuse_early(state, caller, request, failure)).await
        }
        Err(reason) => {
            state.metrics.refused_callers.with_label_values(&[reason.label()]).inc();
            warn!(
                target: "audit",
                event = "caller_refused",
                reason = reason.label(),
                institution = %caller.institution(),
                terminal = caller.terminal(),
            );
            Box::pin(exchange::refuse_early(state, caller, request, Failure::Certificate(reason))).await
        }
    }
}
