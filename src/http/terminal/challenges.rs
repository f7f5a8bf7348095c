//! `POST /card/challenges`: 32 random bytes for a card to sign.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::tokyo_date;
use crate::identity::VerifiedCaller;
use crate::query::Asker;
use crate::wire::message::challenge as wire;

use super::state::TerminalState;
use crate::exchange::failure::Failure;
use crate::http::body;
use crate::http::content::require_json;
use crate::http::request::RequestId;

/// What the challenge is for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(dead_code, reason = "documents what `wire` reads")]
pub(crate) struct Wanted {
    /// 診療区分 (table 028): 1 外来 (the default), 2 訪問診療等, 3 オンライン診療等.
    #[serde(default)]
    medical_treatment_flag: String,
}

/// A challenge. It can be used once, by the terminal that asked for it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChallengeView {
    /// Its name; goes into ChallengeId.
    challenge_id: String,
    /// What the card signs, in base64: 32 bytes.
    nonce: String,
    /// The last instant at which it can be used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Makes a challenge for a card to sign. It lasts 60 seconds.
#[utoipa::path(
    post, path = "/card/challenges", tag = "terminal", request_body = Wanted,
    responses((status = 201, body = ChallengeView), (status = "4XX", description = "A problem document"))
)]
pub(crate) async fn make(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    request: Request,
) -> Result<(StatusCode, Json<ChallengeView>), Failure> {
    let (parts, body) = request.into_parts();
    require_json(&parts.headers)?;
    let at = state.clock.now();
    let institution = state.directory.institution(caller.institution()).await?.ok_or(Failure::InstitutionUnknown)?;
    if !institution.is_active_on(tokyo_date(at)) {
        return Err(Failure::InstitutionInactive);
    }
    let bytes = body::read(&parts.headers, body, state.limits.body_bytes, state.limits.body).await?;
    let purpose = wire::treatment(&bytes)?;
    let asker = Asker { institution: caller.institution(), terminal_serial: caller.serial().to_vec(), request_id, at };
    let challenge = tokio::time::timeout(state.limits.request, state.challenges.make(&asker, purpose))
        .await
        .map_err(|_| Failure::Timeout)??;
    let view = ChallengeView {
        challenge_id: challenge.id.to_string(),
        nonce: BASE64.encode(&challenge.nonce),
        expires_at: challenge.expires_at,
    };
    Ok((StatusCode::CREATED, Json(view)))
}
