//! The two paths of the real HTTPS interface: log in, then search with the idToken.
//!
//! What the real login body holds is not public, so any JSON object is taken; who logs in is told by the certificate alone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::clock::{system_now, tokyo_date};
use crate::identity::VerifiedCaller;
use crate::wire::message::{Family, Reference, Understood};
use crate::wire::{Format, code};

use super::body;
use super::by_card;
use super::content::{require_json, sent};
use super::error::Failure;
use super::exchange::Exchange;
use super::request::RequestId;
use super::terminal::TerminalState;

/// The answer to a login. `status` and `msg` have synthetic values.
#[derive(Serialize)]
struct LoggedIn {
    status: &'static str,
    msg: &'static str,
    result: Session,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    access_token: String,
    refresh_token: String,
    id_token: String,
    link_sys_char_cd: &'static str,
}

/// Log in: any JSON object; who logs in is told by the certificate.
#[utoipa::path(
    post, path = "/oqs-api-pro/MSA12020/ILI12020SV01/auth", tag = "terminal", request_body = Object,
    responses((status = 200, description = "Tokens; idToken goes into Authorization"))
)]
pub(super) async fn auth(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    require_json(&parts.headers)?;
    let institution = state.directory.institution(caller.institution()).await?.ok_or(Failure::InstitutionUnknown)?;
    if !institution.is_active_on(tokyo_date(state.clock.now())) {
        return Err(Failure::InstitutionInactive);
    }
    let bytes = body::read(&parts.headers, body, state.limits.body_bytes, state.limits.body).await?;
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes)
        .map_err(|_| crate::wire::Fault::Malformed)?;
    let now = system_now();
    let session = Session {
        access_token: state.tokens.issue("access", &caller, now),
        refresh_token: state.tokens.issue("refresh", &caller, now),
        id_token: state.tokens.issue("id", &caller, now),
        link_sys_char_cd: code::charset(institution.charset),
    };
    Ok(Json(LoggedIn { status: "0", msg: "OK", result: session }).into_response())
}

/// OQS-IF-001 in JSON, with the idToken as the whole of `Authorization`.
#[utoipa::path(
    post, path = "/oqs-api-pro/MSA01030/ILI01030SV01/search", tag = "terminal",
    request_body(content(("application/json"))),
    responses(
        (status = 200, description = "The official answer, SegmentOfResult 1"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode")
    )
)]
pub(super) async fn search(
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
    let exchange =
        Exchange::begin(state, caller.clone(), request_id, Format::Json, Family::Qualification(Reference::InsuredCard))
            .await;
    let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let admitted = match token {
        None => Err(Failure::TokenMissing),
        Some(token) => tokens.check("id", &caller, token, system_now()).map_err(Failure::Token),
    };
    match admitted {
        Ok(()) => by_card::answer(&exchange, &parts.headers, body, sent).await,
        Err(failure) => exchange.refuse(&Understood::default(), &failure),
    }
}
