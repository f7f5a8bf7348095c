//! 資格確認 by マイナンバーカード.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use tracing::warn;

use crate::decide::CardAnswer;
use crate::domain::{CardUnusable, Institution};
use crate::identity::card::{CardCertificate, CardRefused, Proof};
use crate::wire::Sent;
use crate::wire::message::by_certificate::{self as wire, Request as ByCertificate};
use crate::wire::message::remark;

use super::failure::Failure;
use super::message::Exchange;

/// Answers a lookup by card.
pub(crate) async fn answer(exchange: &Exchange, headers: &HeaderMap, body: Body, sent: Sent) -> Response {
    exchange
        .answer(headers, body, sent, ByCertificate::parse, async |institution, question| {
            look_up(exchange, institution, question).await
        })
        .await
}

async fn look_up(exchange: &Exchange, institution: &Institution, question: &ByCertificate) -> Result<Vec<u8>, Failure> {
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
