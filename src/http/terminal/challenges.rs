//! `POST /card/challenges`: 32 random bytes for a card to sign.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::exchange::refused::MessageRefused;
use crate::exchange::{MessageBody, Parts};
use crate::http::body::Unread;
use crate::http::content::require_json;
use crate::http::error::HttpError;
use crate::http::request::RequestId;
use crate::identity::VerifiedCaller;
use crate::query::Asker;
use crate::wire::message::challenge as wire;

use super::state::TerminalState;

/// The purpose of a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(dead_code, reason = "documents what `wire` reads")]
pub(super) struct NewChallenge {
    /// 診療区分 (table 028): 1 外来 (the default), 2 訪問診療等, 3 オンライン診療等.
    #[serde(default)]
    medical_treatment_flag: String,
}

/// A challenge. It can be used once, by the terminal that asked for it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChallengeView {
    /// Its id; goes into ChallengeId.
    challenge_id: String,
    /// The 32 bytes that the card signs, in base64.
    nonce: String,
    /// The last instant at which it can be used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Makes a challenge for a card to sign. It is valid for 60 seconds.
#[utoipa::path(
    post, path = "/card/challenges", tag = "terminal", request_body = NewChallenge,
    responses((status = 201, body = ChallengeView), (status = "4XX", description = "A problem document"))
)]
pub(super) async fn make(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    request: Request,
) -> Result<(StatusCode, Json<ChallengeView>), HttpError> {
    let (head, body) = request.into_parts();
    require_json(&head.headers)?;
    let Parts { admission, challenges, clock, limits, .. } = &*state.exchange;
    let at = clock.now();
    admission.institution(&caller, at).await.institution?;
    let bytes = Unread::new(&head.headers, body).read(limits.body_bytes, limits.body).await?;
    let purpose = wire::treatment(&bytes)?;
    let asker = Asker::of(&caller, request_id, at);
    let challenge = tokio::time::timeout(limits.request, challenges.make(&asker, purpose)).await;
    let challenge = challenge.map_err(|_| MessageRefused::Timeout)??;
    let view = ChallengeView {
        challenge_id: challenge.id.to_string(),
        nonce: BASE64.encode(&challenge.nonce),
        expires_at: challenge.expires_at,
    };
    Ok((StatusCode::CREATED, Json(view)))
}
