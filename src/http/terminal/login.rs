//! The first path of the real HTTPS interface: log in for the idToken that a search shows.
//!
//! What the real login body holds is not public, so any JSON object is taken; the certificate alone tells who logs in.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::clock::{system_now, tokyo_date};
use crate::identity::VerifiedCaller;
use crate::wire::code;

use super::search;
use super::state::TerminalState;
use crate::exchange::failure::Failure;
use crate::http::body;
use crate::http::content::require_json;

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
pub(crate) async fn auth(
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
        id_token: state.tokens.issue(search::TOKEN, &caller, now),
        link_sys_char_cd: code::charset(institution.form.charset),
    };
    Ok(Json(LoggedIn { status: "0", msg: "OK", result: session }).into_response())
}
