//! `POST /api/explain`: explains why an answer is as it is.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::explain_card::{self, ShownCard};
use super::explanation::Explanation;
use super::fields::{check_date, institution, registered_by};
use super::state::OperatorState;
use super::{json, stable_id};
use crate::domain::{CardQuery, InstitutionCode, Registration};
use crate::exchange::MessageBody;
use crate::http::body::Unread;
use crate::http::content;
use crate::http::error::{HttpError, Takes};
use crate::wire::message::by_card::Request;
use crate::wire::{Bounds, Format, Sent};

/// A question about a person that is loaded. An official query (OQS-IF-001) in JSON or XML, or a card ([`ShownCard`]), may be
/// sent instead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonQuestion {
    /// The stable id in the fixture files.
    person: String,
    /// 資格確認日, from 1900-01-01 to 2999-12-31.
    #[schema(format = Date)]
    check_on: String,
    /// The number of the registration whose card is shown, from 1 in order of acquisition. By default the latest in force; if
    /// none is in force, the latest.
    #[schema(minimum = 1)]
    coverage: Option<usize>,
    /// 限度額適用認定証提供同意.
    #[serde(default = "consents")]
    limit_consent: bool,
    /// 医療機関コード of the institution that asks. Without it no 医療券 is shown.
    institution: Option<String>,
    /// An instant: the answer is the one out of the registry as it stood then. By default the present one.
    #[schema(format = DateTime)]
    registered_by: Option<String>,
}

fn consents() -> bool {
    true
}

impl PersonQuestion {
    fn check_on(&self) -> Result<Date, HttpError> {
        check_date(&self.check_on)
    }
}

/// Decides a question as for a terminal, and names the record and the rule behind each part of the answer. Like every operator
/// route it writes no access-log record: operators see what is loaded, terminals get answers.
#[utoipa::path(
    post, path = "/api/explain", tag = "registry",
    request_body(content((PersonQuestion = "application/json"), (ShownCard = "application/json"), ("application/xml"))),
    responses(
        (status = 200, body = Explanation),
        (status = 400, description = "The question is malformed (SHK4003), or the official query in it (SHK1001 to 1009, 1015)"),
        (status = 404, description = "No person has this id (SHK4002)")
    )
)]
pub(super) async fn explain(
    State(state): State<OperatorState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Explanation>, HttpError> {
    let sent = content::sent(&headers).ok_or(HttpError::MediaType(Takes::XmlOrJson))?;
    sent.charset()?;
    let bytes = Unread::new(&headers, body).read(state.limits.body_bytes, state.limits.body).await?;
    let (institution, query, registered_by) = match question(sent.format, &bytes)? {
        Question::Shown(card) => return explain_card::explain(&state, &card).await.map(Json),
        Question::Person(question) => match card_of(&state, &question).await? {
            Some(query) => {
                let institution = institution(question.institution.as_deref())?;
                (institution, query, registered_by(question.registered_by.as_deref())?)
            }
            None => {
                let registered_by = registered_by(question.registered_by.as_deref())?;
                return Ok(Json(Explanation { registered_by, ..Explanation::unregistered(question.check_on()?) }));
            }
        },
        Question::Official => {
            let (institution, query) = official_query(sent, &bytes)?;
            (institution, query, None)
        }
    };
    let check_on = query.check_on;
    let (answer, lost_with_insured) = state.operations.answer(institution, query, registered_by).await?;
    Ok(Json(Explanation { registered_by, ..Explanation::of(check_on, &answer, lost_with_insured) }))
}

/// The kinds of questions.
enum Question {
    Official,
    Person(PersonQuestion),
    Shown(ShownCard),
}

fn question(format: Format, bytes: &[u8]) -> Result<Question, HttpError> {
    if format == Format::Xml {
        return Ok(Question::Official);
    }
    let fields: serde_json::Map<String, serde_json::Value> = json::parse(bytes)?;
    if fields.contains_key("XmlMsg") {
        Ok(Question::Official)
    } else if fields.contains_key("certificate") {
        json::parse(bytes).map(Question::Shown)
    } else {
        json::parse(bytes).map(Question::Person)
    }
}

fn official_query(sent: Sent, bytes: &[u8]) -> Result<(Option<InstitutionCode>, CardQuery), HttpError> {
    let root = sent.parse(bytes, Bounds::SINGLE)?;
    let request = Request::parse(&root).map_err(|(fault, _)| fault)?;
    Ok((Some(request.institution), request.query))
}

/// Makes the question by the card of the wanted registration; `None` for a person whom no insurer has registered.
async fn card_of(state: &OperatorState, question: &PersonQuestion) -> Result<Option<CardQuery>, HttpError> {
    let check_on = question.check_on()?;
    let nobody = HttpError::NotFound(Some("person: no person has this id"));
    if !stable_id::can_be(&question.person) {
        return Err(nobody);
    }
    let registered_by = registered_by(question.registered_by.as_deref())?;
    let registrations = state.operations.registrations(&question.person, registered_by).await?.ok_or(nobody)?;
    let meant = match question.coverage {
        Some(place) => {
            let meant = place.checked_sub(1).and_then(|place| registrations.get(place));
            Some(meant.ok_or_else(|| {
                HttpError::OperatorRequest(match registrations.len() {
                    0 => "coverage: must be left out; the person has no registration".into(),
                    most => format!("coverage: must be 1 to {most}").into(),
                })
            })?)
        }
        None => current(&registrations, check_on),
    };
    Ok(meant.map(|Registration { coverage, .. }| CardQuery {
        key: coverage.key.clone(),
        birth_on: coverage.identity.birth_on,
        check_on,
        limit_consent: question.limit_consent,
    }))
}

/// Returns the registration in force that was acquired last; if none is in force, the one acquired last.
fn current(registrations: &[Registration], day: Date) -> Option<&Registration> {
    registrations.iter().max_by_key(|one| (one.coverage.in_force_on(day), one.coverage.acquired_on))
}
