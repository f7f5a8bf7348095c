//! `POST /oqs/{id}`: official messages. So far one: OQSsiquc01, 資格確認 by what stands on the card.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, MatchedPath, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tracing::warn;

use crate::clock::{in_tokyo, tokyo_date};
use crate::domain::AnswerCharset;
use crate::identity::VerifiedCaller;
use crate::query::Asker;
use crate::wire::message::by_card::Understood;
use crate::wire::message::{self, Processed};
use crate::wire::{Bounds, Format};

use super::body;
use super::error::{Failure, finish};
use super::request::RequestId;
use super::terminal::TerminalState;

/// Answers an official message in the format it came in, or the one that `Accept` names.
#[utoipa::path(
    post, path = "/oqs/{id}", tag = "terminal",
    params(("id" = String, Path, description = "Official file id without req and res, such as OQSsiquc01")),
    request_body(content(("application/xml"), ("application/json"))),
    responses(
        (status = 200, description = "The official answer, SegmentOfResult 1"),
        (status = "4XX", description = "An official answer with SegmentOfResult 9 and an ErrorCode"),
        (status = "5XX", description = "The same; worth another try when Retry-After is given")
    )
)]
pub(super) async fn message(
    State(state): State<TerminalState>,
    Extension(caller): Extension<Arc<VerifiedCaller>>,
    Extension(request_id): Extension<RequestId>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(format) = request_format(&parts.headers) else { return Failure::MediaType.into_response() };
    let exchange = Exchange::begin(state, caller, request_id, answer_format(&parts.headers).unwrap_or(format)).await;
    if id != message::by_card::ID {
        return exchange.refuse_unknown(&Failure::UnknownMessage);
    }
    exchange.answer(&parts.headers, body, format).await
}

/// Refuses a request before any of it was looked at: in official fields where it would be answered so, else as a problem.
pub(super) async fn refuse_early(
    state: TerminalState,
    caller: Arc<VerifiedCaller>,
    request: Request,
    failure: Failure,
) -> Response {
    let headers = request.headers();
    let is_message = request.extensions().get::<MatchedPath>().is_some_and(|route| MESSAGE_ROUTES.contains(&route.as_str()));
    let format = request_format(headers).map(|format| answer_format(headers).unwrap_or(format));
    match (format, request.extensions().get::<RequestId>()) {
        (Some(format), Some(id)) if is_message => {
            Exchange::begin(state, caller, *id, format).await.refuse(&Understood::default(), &failure)
        }
        _ => failure.into_response(),
    }
}

/// The routes that answer with official messages.
const MESSAGE_ROUTES: [&str; 2] = ["/oqs/{id}", "/oqs-api-pro/MSA01030/ILI01030SV01/search"];

/// One message on its way from request to answer.
pub(super) struct Exchange {
    state: TerminalState,
    caller: Arc<VerifiedCaller>,
    asker: Asker,
    processed: Processed,
    /// Whether the caller's institution may ask; the reason when not.
    admission: Result<(), Failure>,
}

impl Exchange {
    /// Fixes time, institution and formats of the answer.
    pub(super) async fn begin(
        state: TerminalState,
        caller: Arc<VerifiedCaller>,
        RequestId(request_id): RequestId,
        format: Format,
    ) -> Self {
        let at = state.clock.now();
        let institution = state.directory.institution(caller.institution()).await;
        let admission = match &institution {
            Err(error) => Err((*error).into()),
            Ok(None) => Err(Failure::InstitutionUnknown),
            Ok(Some(institution)) if !institution.is_active_on(tokyo_date(at)) => Err(Failure::InstitutionInactive),
            Ok(Some(_)) => Ok(()),
        };
        let charset = institution.ok().flatten().map(|institution| institution.charset).unwrap_or_default();
        let processed = Processed { at: in_tokyo(at), institution: caller.institution(), charset, format };
        let asker = Asker { institution: caller.institution(), terminal_serial: caller.serial().to_vec(), request_id, at };
        Self { state, caller, asker, processed, admission }
    }

    /// Answers the message in `body`, within the time of a request.
    pub(super) async fn answer(&self, headers: &HeaderMap, body: Body, format: Format) -> Response {
        if let Err(failure) = &self.admission {
            return self.refuse(&Understood::default(), failure);
        }
        let limits = &self.state.limits;
        let bytes = match body::read(headers, body, limits.body_bytes, limits.body).await {
            Ok(bytes) => bytes,
            Err(failure) => return self.refuse(&Understood::default(), &failure),
        };
        let request = match parse(format, &bytes) {
            Ok(request) => request,
            Err((failure, understood)) => return self.refuse(&understood, &failure),
        };
        let answer = tokio::time::timeout(limits.request, self.look_up(&request)).await;
        match answer.unwrap_or(Err(Failure::Timeout)) {
            Ok(answer) => self.respond(answer),
            Err(failure) => self.refuse(&request.understood(), &failure),
        }
    }

    async fn look_up(&self, request: &message::by_card::Request) -> Result<Vec<u8>, Failure> {
        if request.institution != self.caller.institution() {
            warn!(
                target: "audit",
                event = "institution_mismatch",
                institution = %self.caller.institution(),
                claimed = %request.institution,
                terminal = self.caller.terminal(),
                request_id = %self.asker.request_id,
            );
            self.state.by_card.refuse_mismatch(self.asker.clone(), request.institution, &request.query).await?;
            return Err(Failure::InstitutionMismatch);
        }
        let answer = self.state.by_card.answer(self.asker.clone(), request.query.clone()).await?;
        let insurer = match &answer.record {
            // The registry holds no coverage without its insurer, so that none means a registry emptied this moment.
            Some(record) => {
                let number = record.coverage.key.insurer;
                Some(self.state.directory.insurer_name(number).await?.ok_or(Failure::Unavailable)?)
            }
            None => None,
        };
        Ok(message::by_card::answer(&self.processed, request, &answer, insurer.as_deref()))
    }

    fn respond(&self, body: Vec<u8>) -> Response {
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, self.content_type());
        response
    }

    /// A refusal in official fields.
    pub(super) fn refuse(&self, understood: &Understood, failure: &Failure) -> Response {
        self.refused(message::by_card::refusal(&self.processed, understood, &failure.refusal()), failure)
    }

    fn refuse_unknown(&self, failure: &Failure) -> Response {
        self.refused(message::unknown::refusal(&self.processed, &failure.refusal()), failure)
    }

    fn refused(&self, body: Vec<u8>, failure: &Failure) -> Response {
        let mut response = self.respond(body);
        *response.status_mut() = failure.row().status;
        finish(&mut response, failure);
        response
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match (self.processed.format, self.processed.charset) {
            (Format::Json, _) => "application/json;charset=UTF-8",
            (Format::Xml, AnswerCharset::Utf8) => "application/xml; charset=UTF-8",
            (Format::Xml, AnswerCharset::ShiftJis) => "application/xml; charset=Shift_JIS",
        })
    }
}

fn parse(format: Format, bytes: &Bytes) -> Result<message::by_card::Request, (Failure, Understood)> {
    let root = format.parse(bytes, Bounds::SINGLE).map_err(|fault| (fault.into(), Understood::default()))?;
    message::by_card::Request::parse(&root).map_err(|(fault, understood)| (fault.into(), understood))
}

/// The format that the content type names.
pub(super) fn request_format(headers: &HeaderMap) -> Option<Format> {
    media_type(headers.get(header::CONTENT_TYPE)?.to_str().ok()?)
}

/// The first format that `Accept` names; `None` when it names neither.
fn answer_format(headers: &HeaderMap) -> Option<Format> {
    headers.get(header::ACCEPT)?.to_str().ok()?.split(',').find_map(media_type)
}

fn media_type(text: &str) -> Option<Format> {
    match text.split(';').next()?.trim().to_ascii_lowercase().as_str() {
        "application/xml" | "text/xml" => Some(Format::Xml),
        "application/json" => Some(Format::Json),
        _ => None,
    }
}
