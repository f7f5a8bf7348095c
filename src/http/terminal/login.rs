//! The first path of the real HTTPS interface: a login returns the idToken that a search shows.
//!
//! The content of the real login body is not public, so that any JSON object is accepted. The certificate alone identifies the
//! terminal.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::clock::system_now;
use crate::exchange::{MessageBody, Parts};
use crate::http::body::Unread;
use crate::http::content::require_json;
use crate::http::error::HttpError;
use crate::identity::VerifiedCaller;
use crate::wire::{Bounds, code, parse_object};

use super::state::TerminalState;
use super::token::ID;

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

/// Logs in the terminal that the certificate identifies. The body may be any JSON object.
#[utoipa::path(
    post, path = "/oqs-api-pro/MSA12020/ILI12020SV01/auth", tag = "terminal", request_body = Object,
    responses((status = 200, description = "Tokens; a search sends idToken as Authorization"))
)]
pub(super) async fn auth(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    request: Request,
) -> Result<Response, HttpError> {
    let (head, body) = request.into_parts();
    require_json(&head.headers)?;
    let Parts { admission, clock, limits, .. } = &*state.exchange;
    let institution = admission.institution(&caller, clock.now()).await.institution?;
    let bytes = Unread::new(&head.headers, body).read(limits.body_bytes, limits.body).await?;
    parse_object(&bytes, Bounds::ANSWER, None)?;
    let now = system_now();
    let session = Session {
        access_token: state.tokens.issue("access", &caller, now),
        refresh_token: state.tokens.issue("refresh", &caller, now),
        id_token: state.tokens.issue(ID, &caller, now),
        link_sys_char_cd: code::charset(institution.form.charset),
    };
    Ok(Json(LoggedIn { status: "0", msg: "OK", result: session }).into_response())
}
