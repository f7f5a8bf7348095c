//! Answers a message: from the bytes received to the reply.

use std::sync::Arc;

use crate::wire::message::{MessageKind, Understood};

use super::incoming::{Incoming, MessageBody};
use super::message::Exchange;
use super::parts::Parts;
use super::refused::MessageRefused;
use super::reply::Reply;
use super::{bulk_fetch, bulk_register, by_card, by_certificate, reference_number};

/// Answers a message, or refuses it: admits the caller, reads and parses the body, makes sure that the message names the
/// caller's own institution, and makes and records the answer within its time limit. Every official message goes through this
/// function, whatever carries it.
pub async fn answer(parts: Arc<Parts>, incoming: Incoming<impl MessageBody>) -> Reply {
    let Incoming { kind, caller, request_id, sent, answer, packing, part, found, body } = incoming;
    let found = parts.admission.certificate(&caller).err().or(found);
    let exchange = Exchange::begin(parts, kind, caller, request_id, answer).await;
    let refuse = |refused| exchange.refuse(&Understood::default(), refused);
    if let Some(refused) = found {
        return refuse(refused);
    }
    match kind {
        Some(MessageKind::ByCard) => by_card::answer(&exchange, body, sent).await,
        Some(MessageKind::ByCertificate) => by_certificate::answer(&exchange, body, sent).await,
        Some(MessageKind::ReferenceNumber) => reference_number::answer(&exchange, body, sent).await,
        // Boxed, so that the futures of short messages do not reserve the memory that files need.
        Some(MessageKind::BulkRegister(kind)) => Box::pin(bulk_register::answer(&exchange, body, sent, kind)).await,
        Some(MessageKind::BulkFetch(kind)) => Box::pin(bulk_fetch::answer(&exchange, body, sent, kind, packing, part)).await,
        None => refuse(MessageRefused::UnknownMessage),
    }
}
