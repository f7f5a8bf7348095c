//! Surrounds every request with its id, its metrics, its line in the log and its time limit.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::info;
use uuid::Uuid;

use crate::exchange::refused::MessageRefused;
use crate::identity::VerifiedCaller;
use crate::metrics::Metrics;

use super::error::HttpError;
use super::problem::{Code, LoggedReason};

/// The header that carries the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request; the access log holds it too.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub Uuid);

/// Returns the value of the only `Authorization` header. None if there are several, because an intermediary may have judged
/// another one.
pub(super) fn authorization(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let only = values.next().filter(|_| values.next().is_none());
    only.and_then(|value| value.to_str().ok())
}

/// The state of the middleware.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub listener: &'static str,
    pub metrics: Arc<Metrics>,
    pub patience: Duration,
}

pub(super) async fn surround(State(around): State<Surroundings>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7();
    request.extensions_mut().insert(RequestId(id));
    // Logs the pattern, never the path, because a path may hold an id.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let caller = request.extensions().get::<Arc<VerifiedCaller>>().cloned();

    let answer = tokio::time::timeout(around.patience, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| HttpError::Refused(MessageRefused::Timeout).into_response());

    // The inner layers identify a caller by a token.
    let caller = caller.or_else(|| response.extensions().get::<Arc<VerifiedCaller>>().cloned());
    let outcome = response.extensions().get::<Code>().map_or("ok", |code| code.0);
    let reason = response.extensions().get::<LoggedReason>().map(|reason| reason.0.as_str());
    let elapsed = started.elapsed();
    around.metrics.requests.with_label_values(&[around.listener, &route, outcome]).inc();
    around.metrics.request_seconds.with_label_values(&[&route]).observe(elapsed.as_secs_f64());
    info!(
        request_id = %id,
        listener = around.listener,
        route,
        outcome,
        reason,
        status = response.status().as_u16(),
        institution = caller.as_ref().map(|caller| tracing::field::display(caller.institution())),
        terminal = caller.as_ref().map(|caller| caller.terminal()),
        duration_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
