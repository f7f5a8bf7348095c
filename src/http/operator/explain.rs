//! `POST /api/explain`: why an answer is as it is.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OperatorState;
use crate::decide;
use crate::domain::{BirthDate, BranchNumber, CardKey, CardNumber, CardQuery, CardSymbol, InsurerNumber};
use crate::http::error::Failure;
use crate::store;
use crate::wire::code;

/// A question by what stands on the card.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainQuestion {
    /// 保険者番号.
    pub insurer: String,
    /// 記号.
    pub symbol: Option<String>,
    /// 番号.
    pub number: String,
    /// 枝番.
    pub branch: Option<String>,
    /// 生年月日.
    #[schema(value_type = String, format = Date)]
    pub birth_on: Date,
    /// 資格確認日.
    #[schema(value_type = String, format = Date)]
    pub check_on: Date,
    /// 限度額適用認定証提供同意.
    #[serde(default)]
    pub limit_consent: bool,
}

/// Why the answer is as it is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Explanation {
    /// 資格有効性 (code).
    pub validity: String,
    /// One entry for each part of the answer.
    pub reasons: Vec<ReasonView>,
}

/// Why one part of the answer is as it is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// The official elements that it is about.
    pub elements: String,
    /// The registration it was read from; none when nothing matched.
    pub record: Option<i64>,
    /// The insurer that made the registration.
    pub insurer: Option<String>,
    /// The rule's name.
    pub rule: String,
    /// Where the rule stands.
    pub source: String,
    /// The dates that were compared.
    pub dates: String,
    /// The reason in English.
    pub english: String,
    /// The reason in Japanese.
    pub japanese: String,
}

/// Decides a question as a terminal's would be, and says which record and which rule stand behind each part of the answer.
/// Like every operator route it writes no access-log record: operators see what is loaded, terminals get answers.
#[utoipa::path(
    post, path = "/api/explain", tag = "registry", request_body = ExplainQuestion,
    responses((status = 200, body = Explanation), (status = 400, description = "The question is malformed (SHK4003)"))
)]
pub(super) async fn explain(
    State(state): State<OperatorState>,
    question: Result<Json<ExplainQuestion>, JsonRejection>,
) -> Result<Json<Explanation>, Failure> {
    let Json(question) = question.map_err(|_| Failure::OperatorRequest("the body is not a question in JSON"))?;
    let query = card_query(&question)?;
    let mut connection = state.store.pool().acquire().await.map_err(|_| Failure::Unavailable)?;
    let mut facts =
        store::by_card::facts(&mut connection, std::slice::from_ref(&query)).await.map_err(|_| Failure::Unavailable)?;
    let people = facts.pop().transpose().map_err(|_| Failure::Unavailable)?.unwrap_or_default();
    let answer = decide::by_card(&query, &people);
    let reasons = decide::explain(&query, &answer).into_iter().map(|reason| ReasonView {
        elements: reason.elements.to_owned(),
        record: reason.record.map(|(id, _)| id),
        insurer: reason.record.map(|(_, insurer)| insurer.to_string()),
        rule: reason.rule.name.to_owned(),
        source: reason.rule.source.to_owned(),
        dates: reason.dates,
        english: reason.rule.english.to_owned(),
        japanese: reason.rule.japanese.to_owned(),
    });
    Ok(Json(Explanation { validity: code::validity(answer.validity).to_owned(), reasons: reasons.collect() }))
}

fn card_query(question: &ExplainQuestion) -> Result<CardQuery, Failure> {
    let bad = Failure::OperatorRequest;
    let symbol = question.symbol.as_deref().map(CardSymbol::parse).transpose();
    let branch = question.branch.as_deref().map(BranchNumber::parse).transpose();
    Ok(CardQuery {
        key: CardKey {
            insurer: InsurerNumber::parse(&question.insurer).map_err(|_| bad("insurer: not an insurer number"))?,
            symbol: symbol.map_err(|_| bad("symbol: 1 to 20 characters"))?,
            number: CardNumber::parse(&question.number).map_err(|_| bad("number: 1 to 20 characters"))?,
            branch: branch.map_err(|_| bad("branch: two digits"))?,
        },
        birth_on: BirthDate::new(question.birth_on).map_err(|_| bad("birth_on: 1860 or later"))?,
        check_on: question.check_on,
        limit_consent: question.limit_consent,
    })
}
