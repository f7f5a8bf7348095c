//! `POST /card/lookups`: 資格確認 by マイナンバーカード.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::decide::CardAnswer;
use crate::domain::{CardUnusable, Institution};
use crate::identity::VerifiedCaller;
use crate::identity::card::{CardCertificate, CardRefused, Proof};
use crate::wire::message::by_certificate::{self as wire, Request as ByCertificate};
use crate::wire::message::{MessageKind, remark};

use super::error::Failure;
use super::exchange::Exchange;
use super::request::RequestId;
use super::terminal::TerminalState;

/// Answers for a card: its certificate, the challenge that it signed, and what the patient consents to.
#[utoipa::path(
    post, path = "/card/lookups", tag = "terminal",
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "OQS-IF-002 with ReferenceClassification 1; ProcessingResultStatus 2 for a card that is good no more"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; worth another try when Retry-After is given")
    )
)]
pub(super) async fn look_up(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (exchange, sent) =
        match Exchange::open(state, caller, request_id, &parts.headers, Some(MessageKind::ByCertificate)).await {
            Ok(opened) => opened,
            Err(failure) => return failure.into_response(),
        };
    exchange
        .answer(&parts.headers, body, sent, ByCertificate::parse, async |institution, question| {
            answer(&exchange, institution, question).await
        })
        .await
}

async fn answer(exchange: &Exchange, institution: &Institution, question: &ByCertificate) -> Result<Vec<u8>, Failure> {
    let Exchange { state, asker, processed, .. } = exchange;
    // Reading the message may have taken a while since it began to arrive.
    let at = state.clock.now();
    // As soon as the message is understood, its challenge is spent, whatever else is wrong with it.
    let nonce = state.challenges.spend(asker, at, question.treatment, question.challenge).await?;
    let query = question.query();
    if !exchange.is_from(question.institution) {
        let (claimed, certificate) = (question.institution, &question.certificate);
        state.by_certificate.refuse_mismatch(asker.clone(), claimed, certificate, &query).await?;
        return Err(Failure::InstitutionMismatch);
    }
    let nonce = nonce.map_err(|reason| {
        exchange.audit_card(reason.label());
        Failure::Challenge(reason)
    })?;
    let refused = |reason: CardRefused| {
        exchange.audit_card(reason.label());
        Failure::Card(reason)
    };
    let certificate = CardCertificate::read(&question.certificate, &state.trust.cards(), at).map_err(refused)?;
    let proof = match &question.signature {
        Some(signature) => Proof::Signature { challenge: &nonce, signature },
        None => Proof::Sight(institution),
    };
    let card = match certificate.prove(question.holder, &proof, at) {
        Ok(card) => card,
        Err(reason) => {
            let Some(unusable) = out_of_period(reason) else { return Err(refused(reason)) };
            state.by_certificate.refuse(asker.clone(), certificate.id(), &query, unusable).await?;
            return Ok(wire::unusable(processed, question, &remark::card(unusable)));
        }
    };
    match state.by_certificate.answer(asker.clone(), &card, &query).await? {
        CardAnswer::Unusable(reason) => Ok(wire::unusable(processed, question, &remark::card(reason))),
        CardAnswer::Answered { validity, records } => {
            let named = state.directory.named(records).await?;
            let remark = card.runs_out_soon(at).then(remark::runs_out_soon);
            Ok(wire::answer(processed, question, validity, &named, remark.as_ref()))
        }
    }
}

/// A card that proved to be there but is out of its period is told so in an answer; anything else is refused.
fn out_of_period(reason: CardRefused) -> Option<CardUnusable> {
    match reason {
        CardRefused::Expired => Some(CardUnusable::Expired),
        CardRefused::NotYetValid => Some(CardUnusable::NotYetValid),
        _ => None,
    }
}

impl Exchange {
    /// Tells the audit why a card was refused; nothing of it tells whose card it was.
    fn audit_card(&self, reason: &'static str) {
        self.state.metrics.refused_cards.with_label_values(&[reason]).inc();
        warn!(
            target: "audit",
            event = "card_refused",
            reason,
            institution = %self.caller.institution(),
            terminal = self.caller.terminal(),
            request_id = %self.asker.request_id,
        );
    }
}
