//! 資格確認 by マイナンバーカード.

use tracing::warn;

use crate::decide::CardAnswer;
use crate::domain::{CardUnusable, Institution};
use crate::identity::card::{CardCertificate, CardRefused, Proof};
use crate::wire::Sent;
use crate::wire::message::by_certificate::{self as wire, Request as ByCertificate};
use crate::wire::message::remark;

use super::incoming::MessageBody;
use super::message::Exchange;
use super::refused::MessageRefused;
use super::reply::Reply;

/// Answers a question with a card's certificate, the challenge that the card signed, and the patient's consents.
pub(super) async fn answer(exchange: &Exchange, body: impl MessageBody, sent: Sent) -> Reply {
    exchange
        .answer(body, sent, ByCertificate::parse, async |institution, message| look_up(exchange, institution, message).await)
        .await
}

async fn look_up(
    exchange: &Exchange,
    institution: &Institution,
    message: &ByCertificate,
) -> Result<Vec<u8>, MessageRefused> {
    let Exchange { parts, asker, processed, .. } = exchange;
    // Takes the time again, because reading the body may have taken a while.
    let at = parts.clock.now();
    // Spends the challenge as soon as the message is parsed, even if the message is then refused.
    let nonce = parts.challenges.spend(asker, at, message.treatment, message.challenge).await?;
    let query = message.query();
    let own = exchange.own(message).await?.map(|_| &query);
    let nonce = nonce.map_err(|reason| {
        exchange.audit_card(reason.label());
        MessageRefused::Challenge(reason)
    })?;
    let refused = |reason: CardRefused| {
        exchange.audit_card(reason.label());
        MessageRefused::Card(reason)
    };
    let certificate = CardCertificate::read(&message.certificate, &parts.trust.cards(), at).map_err(refused)?;
    let proof = match &message.signature {
        Some(signature) => Proof::Signature { challenge: &nonce, signature },
        None => Proof::Sight(institution),
    };
    let card = match certificate.prove(message.holder, &proof, at) {
        Ok(card) => card,
        Err(reason) => {
            let Some(unusable) = out_of_period(reason) else { return Err(refused(reason)) };
            parts.by_certificate.refuse(own, certificate.id(), unusable).await?;
            return Ok(wire::unusable(processed, message, &remark::card(unusable)));
        }
    };
    match parts.by_certificate.answer(own, &card).await? {
        CardAnswer::Unusable(reason) => Ok(wire::unusable(processed, message, &remark::card(reason))),
        CardAnswer::Answered { validity, records } => {
            let named = parts.directory.named(records).await?;
            let remark = card.runs_out_soon(at).then(remark::runs_out_soon);
            Ok(wire::answer(processed, message, validity, &named, remark.as_ref()))
        }
    }
}

/// Translates the refusal of a proven card outside its validity period into the notice that answers it. None for other
/// refusals.
fn out_of_period(reason: CardRefused) -> Option<CardUnusable> {
    match reason {
        CardRefused::Expired => Some(CardUnusable::Expired),
        CardRefused::NotYetValid => Some(CardUnusable::NotYetValid),
        _ => None,
    }
}

impl Exchange {
    /// Counts a refused card and writes it to the audit log, without anything about its holder.
    fn audit_card(&self, reason: &'static str) {
        self.parts.metrics.refused_cards.with_label_values(&[reason]).inc();
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
