//! One official message on its way from request to answer: what is the same whatever is asked.

use std::sync::Arc;

use aws_lc_rs::rand;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::clock::{in_tokyo, tokyo_date};
use crate::domain::{AnswerCharset, AnswerForm, Institution, InstitutionCode};
use crate::identity::VerifiedCaller;
use crate::query::Asker;
use crate::wire::message::{self, Message, MessageKind, Processed, Understood};
use crate::wire::{Bounds, Element, Fault, Format, Sent};

use super::failure::Failure;
use crate::http::accept::Accept;
use crate::http::body;
use crate::http::content;
use crate::http::problem::finish;
use crate::http::request::RequestId;
use crate::http::terminal::state::TerminalState;

/// Refuses a request before any of it was looked at: in official fields where it would be answered so, else as a problem.
pub(crate) async fn refuse_early(
    state: TerminalState,
    caller: Arc<VerifiedCaller>,
    request: Request,
    failure: Failure,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let kind = match route {
        Some("/oqs/{id}") => request.uri().path().strip_prefix("/oqs/").map(MessageKind::of),
        Some("/oqs-api-pro/MSA01030/ILI01030SV01/search") => Some(Some(MessageKind::ByCard)),
        Some("/card/lookups") => Some(Some(MessageKind::ByCertificate)),
        _ => None,
    };
    let (Some(kind), Some(id)) = (kind, request.extensions().get::<RequestId>()) else {
        return failure.into_response();
    };
    match Exchange::open(state, caller, *id, request.headers(), kind).await {
        Ok((exchange, _)) => exchange.refuse(&Understood::default(), &failure),
        Err(_) => failure.into_response(),
    }
}

/// One message on its way from request to answer.
pub(crate) struct Exchange {
    pub state: TerminalState,
    pub caller: Arc<VerifiedCaller>,
    pub asker: Asker,
    pub processed: Processed,
    /// Which formats the caller likes.
    pub accept: Accept,
    /// What the message asks for; `None` if there is no such message.
    kind: Option<MessageKind>,
    /// The caller's institution if it may ask; the reason when it may not.
    admission: Result<Arc<Institution>, Failure>,
}

/// What is wrong with a message, and what was understood before.
type Misunderstood = (Fault, Understood);

impl Exchange {
    /// Fixes time, institution and formats of the answer; says how the request is sent too.
    ///
    /// # Errors
    /// When the request comes in none of the two formats, so that nobody knows how to answer.
    pub async fn open(
        state: TerminalState,
        caller: Arc<VerifiedCaller>,
        request_id: RequestId,
        headers: &HeaderMap,
        kind: Option<MessageKind>,
    ) -> Result<(Self, Sent), Failure> {
        let sent = content::sent(headers).ok_or(Failure::MediaType)?;
        let accept = Accept::of(headers);
        let exchange = Self::begin(state, caller, request_id, accept.format(sent.format), kind).await;
        Ok((Self { accept, ..exchange }, sent))
    }

    /// Fixes time and institution of an answer in a given format.
    pub async fn begin(
        state: TerminalState,
        caller: Arc<VerifiedCaller>,
        RequestId(request_id): RequestId,
        format: Format,
        kind: Option<MessageKind>,
    ) -> Self {
        let at = state.clock.now();
        let institution = state.directory.institution(caller.institution()).await;
        let form = match &institution {
            Ok(Some(institution)) => institution.form,
            _ => AnswerForm::default(),
        };
        let admission = match institution {
            Err(error) => Err(error.into()),
            Ok(None) => Err(Failure::InstitutionUnknown),
            Ok(Some(institution)) if !institution.is_active_on(tokyo_date(at)) => Err(Failure::InstitutionInactive),
            Ok(Some(institution)) => Ok(institution),
        };
        let drawn = drawn(kind);
        let processed = Processed { at: in_tokyo(at), institution: caller.institution(), form, format, drawn };
        let asker = Asker { institution: caller.institution(), terminal_serial: caller.serial().to_vec(), request_id, at };
        Self { state, caller, asker, processed, accept: Accept::only(format), kind, admission }
    }

    /// Answers the message in `body`, within the time of a request.
    pub async fn answer<M: Message>(
        &self,
        headers: &HeaderMap,
        body: Body,
        sent: Sent,
        parse: impl FnOnce(&Element) -> Result<M, Misunderstood>,
        look_up: impl AsyncFnOnce(&Institution, &M) -> Result<Vec<u8>, Failure>,
    ) -> Response {
        let question = match self.read(headers, body, sent, parse).await {
            Ok(question) => question,
            Err((failure, understood)) => return self.refuse(&understood, &failure),
        };
        let institution = match self.admitted() {
            Ok(institution) => institution,
            Err(failure) => return self.refuse(&question.understood(), &failure),
        };
        // Set up when the body is there: until then a request is small.
        let answer = tokio::time::timeout(self.state.limits.request, Box::pin(look_up(institution, &question))).await;
        match answer.unwrap_or(Err(Failure::Timeout)) {
            Ok(answer) => self.respond(answer),
            Err(failure) => self.refuse(&question.understood(), &failure),
        }
    }

    /// The caller's institution if it may ask.
    pub fn admitted(&self) -> Result<&Institution, Failure> {
        self.admission.as_deref().map_err(Clone::clone)
    }

    /// Reads a short message of somebody who may ask.
    pub async fn read<M: Message>(
        &self,
        headers: &HeaderMap,
        body: Body,
        sent: Sent,
        parse: impl FnOnce(&Element) -> Result<M, Misunderstood>,
    ) -> Result<M, (Failure, Understood)> {
        let unread = |failure| (failure, Understood::default());
        self.admitted().map_err(unread)?;
        let limits = &self.state.limits;
        let bytes = body::read(headers, body, limits.body_bytes, limits.body).await.map_err(unread)?;
        let root = sent.parse(&bytes, Bounds::SINGLE).map_err(|fault| unread(fault.into()))?;
        parse(&root).map_err(|(fault, understood)| (fault.into(), understood))
    }

    /// Whether a message comes in the caller's own name; if not, the audit hears of it.
    pub fn is_from(&self, claimed: InstitutionCode) -> bool {
        let own = claimed == self.caller.institution();
        if !own {
            warn!(
                target: "audit",
                event = "institution_mismatch",
                institution = %self.caller.institution(),
                claimed = %claimed,
                terminal = self.caller.terminal(),
                request_id = %self.asker.request_id,
            );
        }
        own
    }

    /// An answer.
    pub fn respond(&self, body: impl IntoResponse) -> Response {
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, self.content_type());
        response
    }

    /// An answer as ZIP that holds a file of this name.
    pub fn respond_zip(&self, body: Body, name: &str) -> Response {
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
        let archive = format!("attachment; filename=\"{}\"", name.replace(".xml", ".zip"));
        if let Ok(value) = HeaderValue::from_str(&archive) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
        }
        response
    }

    /// A refusal in official fields.
    pub fn refuse(&self, understood: &Understood, failure: &Failure) -> Response {
        let body = message::refusal(self.kind, &self.processed, understood, &failure.refusal());
        let mut response = self.respond(body);
        *response.status_mut() = failure.row().status;
        finish(&mut response, failure);
        response
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match (self.processed.format, self.processed.form.charset) {
            (Format::Json, _) => "application/json;charset=UTF-8",
            (Format::Xml, AnswerCharset::Utf8) => "application/xml; charset=UTF-8",
            (Format::Xml, AnswerCharset::ShiftJis) => "application/xml; charset=Shift_JIS",
        })
    }
}

/// What an answer about a card makes its file identifier of. The element is optional: should the system have no randomness, the
/// answer goes out without it.
fn drawn(kind: Option<MessageKind>) -> Option<[u8; 11]> {
    let mut bytes = [0; 11];
    let drawn = kind == Some(MessageKind::ByCertificate) && rand::fill(&mut bytes).is_ok();
    drawn.then_some(bytes)
}
