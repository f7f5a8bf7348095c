//! One official message from request to reply: the steps that all messages share.

use std::sync::Arc;

use aws_lc_rs::rand;
use tracing::warn;
use uuid::Uuid;

use crate::clock::in_tokyo;
use crate::domain::Institution;
use crate::identity::VerifiedCaller;
use crate::query::{Asker, Own};
use crate::wire::message::{Message, MessageKind, Processed, Understood, refusal};
use crate::wire::{Bounds, Element, Fault, Format, Sent};

use super::admission::Judged;
use super::incoming::MessageBody;
use super::parts::Parts;
use super::refused::MessageRefused;
use super::reply::{Content, Media, Reply};

/// One message in progress.
pub(super) struct Exchange {
    pub parts: Arc<Parts>,
    pub caller: Arc<VerifiedCaller>,
    pub asker: Asker,
    pub processed: Processed,
    kind: Option<MessageKind>,
    /// The caller's institution if it may ask; otherwise the reason.
    institution: Result<Arc<Institution>, MessageRefused>,
}

impl Exchange {
    /// Starts an exchange: fixes the time, the institution and the format of its reply.
    pub async fn begin(
        parts: Arc<Parts>,
        kind: Option<MessageKind>,
        caller: Arc<VerifiedCaller>,
        request_id: Uuid,
        format: Format,
    ) -> Self {
        let at = parts.clock.now();
        let Judged { form, institution } = parts.admission.institution(&caller, at).await;
        let processed = Processed { at: in_tokyo(at), institution: caller.institution(), form, format, drawn: drawn(kind) };
        let asker = Asker::of(&caller, request_id, at);
        Self { parts, caller, asker, processed, kind, institution }
    }

    /// Reads a short message and answers it. `look_up` must finish within the time limit of a request.
    pub async fn answer<Q: Message>(
        &self,
        body: impl MessageBody,
        sent: Sent,
        parse: impl FnOnce(&Element) -> Result<Q, (Fault, Understood)>,
        look_up: impl AsyncFnOnce(&Institution, &Q) -> Result<Vec<u8>, MessageRefused>,
    ) -> Reply {
        let (institution, message) = match self.read(body, sent, parse).await {
            Ok(read) => read,
            Err((refused, understood)) => return self.refuse(&understood, refused),
        };
        // Boxed, and made only after the body is read, so that a waiting request stays small.
        let answer = tokio::time::timeout(self.parts.limits.request, Box::pin(look_up(institution, &message))).await;
        match answer.unwrap_or(Err(MessageRefused::Timeout)) {
            Ok(answer) => self.reply(answer),
            Err(refused) => self.refuse(&message.understood(), refused),
        }
    }

    /// Returns the caller's institution if it may ask; otherwise the reason.
    pub fn admitted(&self) -> Result<&Institution, MessageRefused> {
        self.institution.as_deref().map_err(Clone::clone)
    }

    /// Reads a short message, if the caller's institution may ask.
    pub async fn read<Q>(
        &self,
        body: impl MessageBody,
        sent: Sent,
        parse: impl FnOnce(&Element) -> Result<Q, (Fault, Understood)>,
    ) -> Result<(&Institution, Q), (MessageRefused, Understood)> {
        let unread = |refused| (refused, Understood::default());
        let institution = self.admitted().map_err(unread)?;
        let limits = &self.parts.limits;
        let bytes = body.read(limits.body_bytes, limits.body).await.map_err(unread)?;
        let root = sent.parse(&bytes, Bounds::SINGLE).map_err(|fault| unread(fault.into()))?;
        let message = parse(&root).map_err(|(fault, understood)| (fault.into(), understood))?;
        Ok((institution, message))
    }

    /// Makes sure that a message names the caller's own institution. If it does not, writes that to the audit log, and to the
    /// access log before the refusal leaves.
    pub async fn own<'a, Q: Message>(&'a self, message: &'a Q) -> Result<Own<'a, &'a Q>, MessageRefused> {
        let claimed = message.institution();
        if let Some(own) = Own::of(&self.asker, claimed, message) {
            return Ok(own);
        }
        warn!(
            target: "audit",
            event = "institution_mismatch",
            institution = %self.caller.institution(),
            claimed = %claimed,
            terminal = self.caller.terminal(),
            request_id = %self.asker.request_id,
        );
        // Boxed, because it is large and seldom needed.
        Box::pin(self.parts.log.refuse_mismatch(self.asker.clone(), claimed, message.subject())).await?;
        Err(MessageRefused::InstitutionMismatch)
    }

    /// Makes an answer.
    pub fn reply(&self, message: Vec<u8>) -> Reply {
        Reply { refused: None, media: self.media(), content: Content::Message(message) }
    }

    /// Makes a refusal in official fields.
    pub fn refuse(&self, understood: &Understood, refused: MessageRefused) -> Reply {
        let message = refusal(self.kind, &self.processed, understood, &refused.refusal());
        Reply { refused: Some(refused), ..self.reply(message) }
    }

    /// Returns the media type of messages to the caller.
    pub fn media(&self) -> Media {
        match self.processed.format {
            Format::Json => Media::Json,
            Format::Xml => Media::Xml(self.processed.form.charset),
        }
    }
}

/// Draws the random part of the file identifier of an answer about a card. The element is optional: if the system has no random
/// bytes, the answer leaves without it.
fn drawn(kind: Option<MessageKind>) -> Option<[u8; 11]> {
    let mut bytes = [0; 11];
    let drawn = kind == Some(MessageKind::ByCertificate) && rand::fill(&mut bytes).is_ok();
    drawn.then_some(bytes)
}
