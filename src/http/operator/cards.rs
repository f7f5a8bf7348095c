//! The simulated J-LIS, for the operator: registers, revokes and renews certificates of cards.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use x509_parser::pem::parse_x509_pem;

use super::state::OperatorState;
use super::{json, stable_id};
use crate::domain::{CardKind, CardState, KnownCard};
use crate::http::error::HttpError;
use crate::identity::card::CardCertificate;
use crate::query::operator::JlisRefused;
use crate::wire::code;

/// A new certificate of a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCard {
    /// The stable id of the person, such as elderly-2wari-tokyo.
    person: String,
    /// card, android or ios.
    #[schema(pattern = "^(card|android|ios)$")]
    #[serde(default = "card")]
    kind: String,
    /// The certificate in PEM.
    certificate: String,
}

fn card() -> String {
    code::card_kind(CardKind::Card).to_owned()
}

/// A certificate to revoke.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    /// The certificate in PEM.
    certificate: String,
    /// lost, key_compromise or ceased.
    #[schema(pattern = "^(lost|key_compromise|ceased)$")]
    reason: String,
}

/// A certificate to renew, and the one that replaces it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Renewal {
    /// The old certificate in PEM.
    certificate: String,
    /// The new certificate in PEM.
    new_certificate: String,
}

/// The state of a certificate at J-LIS; its serial number is left out.
#[derive(Serialize, ToSchema)]
pub(super) struct CardView {
    /// card, android or ios.
    kind: &'static str,
    /// good, revoked or superseded.
    state: &'static str,
    /// Why it was revoked.
    reason: Option<&'static str>,
    /// When the certificate entered this state.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// The time of the J-LIS report of this state; none if J-LIS is asked at the moment of each question.
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// The first second of its validity.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    /// The last second of its validity.
    #[schema(value_type = String, format = DateTime)]
    valid_through: Timestamp,
}

impl From<KnownCard> for CardView {
    fn from(card: KnownCard) -> Self {
        let (state, reason) = match card.state {
            CardState::Good => ("good", None),
            CardState::Revoked(reason) => ("revoked", Some(code::revocation_reason(reason))),
            CardState::Superseded => ("superseded", None),
        };
        Self {
            kind: code::card_kind(card.kind),
            state,
            reason,
            changed_at: card.changed_at,
            as_of: card.as_of,
            valid_from: card.valid_from,
            valid_through: card.valid_through,
        }
    }
}

/// Registers a new certificate of a person with the simulated J-LIS.
#[utoipa::path(
    post, path = "/api/cards", tag = "registry", request_body = NewCard,
    responses(
        (status = 201, description = "Registered"),
        (status = 404, description = "No person has this id (SHK4002)"),
        (status = 409, description = "The certificate is registered already, or the person has another one of this kind in use (SHK4004)")
    )
)]
pub(super) async fn register(
    State(state): State<OperatorState>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, HttpError> {
    let new: NewCard = json::read(&state, &headers, body).await?;
    let kind = code::parse_card_kind(&new.kind)
        .ok_or_else(|| HttpError::OperatorRequest("kind: must be card, android or ios".into()))?;
    if !stable_id::can_be(&new.person) {
        return Err(NOBODY);
    }
    let certificate = read(&state, "certificate", &new.certificate)?;
    state.operations.register_card(&new.person, kind, &certificate, state.clock.now()).await.map_err(refused_by_jlis)?;
    Ok(StatusCode::CREATED)
}

/// Revokes a certificate in use.
#[utoipa::path(
    post, path = "/api/cards/revoke", tag = "registry", request_body = Revocation,
    responses(
        (status = 204, description = "Revoked"),
        (status = 404, description = "J-LIS does not know the certificate (SHK4002)"),
        (status = 409, description = "It is no longer in use (SHK4004)")
    )
)]
pub(super) async fn revoke(
    State(state): State<OperatorState>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, HttpError> {
    let revocation: Revocation = json::read(&state, &headers, body).await?;
    let reason = code::parse_revocation_reason(&revocation.reason)
        .ok_or_else(|| HttpError::OperatorRequest("reason: must be lost, key_compromise or ceased".into()))?;
    let card = read(&state, "certificate", &revocation.certificate)?;
    state.operations.revoke_card(card.id(), reason, state.clock.now()).await.map_err(refused_by_jlis)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces a certificate in use by a new one.
#[utoipa::path(
    post, path = "/api/cards/renew", tag = "registry", request_body = Renewal,
    responses(
        (status = 204, description = "Renewed"),
        (status = 404, description = "J-LIS does not know the old certificate (SHK4002)"),
        (status = 409, description = "The old one is no longer in use, or the new one is registered already (SHK4004)")
    )
)]
pub(super) async fn renew(
    State(state): State<OperatorState>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, HttpError> {
    let renewal: Renewal = json::read(&state, &headers, body).await?;
    let old = read(&state, "certificate", &renewal.certificate)?;
    let new = read(&state, "new_certificate", &renewal.new_certificate)?;
    state.operations.renew_card(old.id(), &new, state.clock.now()).await.map_err(refused_by_jlis)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a certificate that one of the trusted roots issued. Does not check its validity period, so that tests can use expired
/// ones.
pub(super) fn read(state: &OperatorState, field: &str, pem: &str) -> Result<CardCertificate, HttpError> {
    let wrong = |reason: String| HttpError::OperatorRequest(format!("{field}: {reason}").into());
    let (_, pem) = parse_x509_pem(pem.as_bytes()).map_err(|_| wrong("not a certificate in PEM".to_owned()))?;
    CardCertificate::read(&pem.contents, &state.trust.cards(), state.clock.now()).map_err(|reason| wrong(reason.to_string()))
}

const NOBODY: HttpError = HttpError::NotFound(Some("person: nobody has this id"));

fn refused_by_jlis(refused: JlisRefused) -> HttpError {
    match refused {
        JlisRefused::NoPerson => NOBODY,
        JlisRefused::NoCard => HttpError::NotFound(None),
        JlisRefused::WrongState(reason) => HttpError::Conflict(reason.into()),
        JlisRefused::Failed(error) => error.into(),
    }
}
