//! `/api/insurers/{number}/registrations`: insurers register what changes, and see what became of it.

use std::collections::HashSet;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::finding::FindingView;
use super::json;
use super::registration_fields::Entry;
use super::registration_file;
use super::state::OperatorState;
use crate::clock::tokyo_date;
use crate::decide::{Finding, Held, Holder, findings};
use crate::domain::{
    Coverage, InsurerNumber, NotedPerson, NoticeContent, NoticeOutcome, NoticeRecord, NoticeRefused, NoticeState,
    Registration, SentNotice,
};
use crate::exchange::MessageBody;
use crate::http::body::Unread;
use crate::http::content::require_json;
use crate::http::error::HttpError;

/// The size of a body, in bytes: about a thousand long entries.
const BODY: usize = 2 * 1024 * 1024;

/// The number of entries on a page.
const PAGE: i64 = 200;

const NO_INSURER: HttpError = HttpError::NotFound(Some("number: no insurer has this number"));

/// What an insurer sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRegistrations {
    /// 1 to 1,000 entries, which are carried out in their order.
    #[schema(value_type = Vec<Entry>, min_items = 1, max_items = 1000)]
    #[serde(deserialize_with = "registration_file::first_entries")]
    entries: Vec<Box<RawValue>>,
}

/// What became of a request.
#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    /// The number under which the file was recorded.
    file: i64,
    /// How many entries were applied.
    applied: usize,
    /// How many had been applied before.
    already_applied: usize,
    /// How many were refused.
    refused: usize,
    /// What became of each entry, in their order.
    entries: Vec<EntryResult>,
}

/// What became of an entry.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryResult {
    /// Its number in the request, from 1.
    place: usize,
    /// Its id, if that can be read.
    id: Option<String>,
    /// applied, already_applied or refused.
    outcome: &'static str,
    /// The instant from which on the registry says so, if it was applied.
    #[schema(value_type = Option<String>, format = DateTime)]
    registered_at: Option<Timestamp>,
    /// The person's stable id, if it was applied.
    person: Option<String>,
    /// The registration's id, as explanations name it; none if it was withdrawn, and of an entry about the person as a whole.
    record: Option<i64>,
    /// Why it was refused.
    error: Option<EntryError>,
    /// Contradictions between the coverage and the law, as they stand after the whole request. Each is told once: at the last entry of the
    /// request that is about it. The entry is applied all the same.
    findings: Vec<FindingView>,
}

/// Why an entry was refused.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryError {
    /// The error code; docs/errors.md lists all codes.
    code: &'static str,
    /// What is wrong, in English.
    title: &'static str,
    /// What is wrong, in Japanese.
    message: &'static str,
    /// The path of the field, the reason, and the right form.
    detail: String,
}

/// The start of a page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AfterEntry {
    /// The last `seq` of the previous page; by default the first page is returned.
    #[serde(default)]
    after: i64,
}

/// An entry as it was recorded.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordedEntry {
    /// Its number in the order in which the entries of all insurers came.
    seq: i64,
    /// The number of the file with which it came.
    file: i64,
    /// Its number in that file, from 1.
    place: i32,
    /// Its id, if that could be read.
    id: Option<String>,
    /// applied, already_applied or refused; undone, if it was applied, but a load of files changed or ended the person later.
    outcome: &'static str,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The instant from which on the registry says so, if it was applied.
    #[schema(value_type = Option<String>, format = DateTime)]
    registered_at: Option<Timestamp>,
    /// Why it was refused.
    reason: Option<String>,
    /// The entry as it was sent; none if it had been applied before. Of one that could not be read, only its `bytes`.
    #[schema(value_type = Option<Object>)]
    entry: Option<Box<RawValue>>,
}

/// Registers what an insurer sends about coverages and people, in their order and in one transaction. An entry that is refused
/// changes nothing and does not stop the others. What contradicts the law is applied and reported. The next lookup sees the change.
#[utoipa::path(
    post, path = "/api/insurers/{number}/registrations", tag = "registry", request_body = NewRegistrations,
    params(("number" = String, Path, description = "保険者番号")),
    responses(
        (status = 200, body = Registered),
        (status = 404, description = "No insurer has this number (SHK4002)")
    )
)]
pub(super) async fn send(
    State(state): State<OperatorState>,
    number: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Registered>, HttpError> {
    require_json(&headers)?;
    let insurer = insurer(number)?;
    // Files are carried out one after the other anyway; the others wait here before their bodies are in memory.
    let _place = state.registering.acquire().await.expect("places are never closed");
    let bytes = Unread::new(&headers, body).read(BODY, state.limits.body).await?;
    let NewRegistrations { entries } = json::parse(&bytes)?;
    if !(1..=registration_file::MOST).contains(&entries.len()) {
        return Err(HttpError::OperatorRequest(
            "entries: must have 1 to 1,000 entries; send the others in further requests".into(),
        ));
    }
    let now = state.clock.now();
    let sent: Vec<SentNotice> = entries.iter().map(|entry| registration_file::sent(entry.get(), insurer, now)).collect();
    let done = state.operations.carry_out(insurer, &sent, now).await?.ok_or(NO_INSURER)?;
    let count = |wanted: fn(&NoticeOutcome) -> bool| done.outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let (applied, already_applied, refused) = (
        count(|outcome| matches!(outcome, NoticeOutcome::Applied { .. })),
        count(|outcome| matches!(outcome, NoticeOutcome::AppliedBefore)),
        count(|outcome| matches!(outcome, NoticeOutcome::Refused(_))),
    );
    let today = tokyo_date(now);
    let entries = (1..).zip(sent).zip(&done.outcomes);
    let mut entries: Vec<EntryResult> =
        entries.map(|((place, sent), outcome)| result(insurer, place, sent.id, outcome, &done.people, today)).collect();
    tell_once(&mut entries);
    Ok(Json(Registered { file: done.file, applied, already_applied, refused, entries }))
}

fn result(
    insurer: InsurerNumber,
    place: usize,
    id: Option<String>,
    outcome: &NoticeOutcome,
    people: &[NotedPerson],
    today: Date,
) -> EntryResult {
    let result = EntryResult {
        place,
        id,
        outcome: "applied",
        registered_at: None,
        person: None,
        record: None,
        error: None,
        findings: Vec::new(),
    };
    match outcome {
        NoticeOutcome::AppliedBefore => EntryResult { outcome: "already_applied", ..result },
        NoticeOutcome::Refused(refused) => EntryResult { outcome: "refused", error: Some(entry_error(refused)), ..result },
        NoticeOutcome::Applied { person, coverage, at } => {
            let person = &people[*person];
            let registrations = &person.registrations;
            let same = |one: &&Registration| coverage.as_ref().is_some_and(|coverage| is_same(&one.coverage, coverage));
            let registration = registrations.iter().find(same);
            // What is about the person as a whole is judged with all coverages of the insurer, and a death with those of others too.
            let whole = coverage.is_none();
            let found = registrations.iter().flat_map(|one| {
                let own = registration.is_some_and(|registration| registration.id == one.id);
                let of_insurer = whole && one.coverage.key.insurer == insurer;
                let mut found = findings_of(one, person, today);
                found.retain(|finding| own || of_insurer || (whole && finding.is_about_death()));
                found.into_iter().map(|finding| FindingView::of(finding, (one.id, one.coverage.key.insurer)))
            });
            EntryResult {
                registered_at: Some(*at),
                person: Some(person.stable_id.clone()),
                record: registration.map(|one| one.id),
                findings: found.collect(),
                ..result
            }
        }
    }
}

/// Keeps each finding at the last entry that is about it.
fn tell_once(entries: &mut [EntryResult]) {
    let mut told: HashSet<(i64, String, Date)> = HashSet::new();
    for entry in entries.iter_mut().rev() {
        let name = |finding: &FindingView| (finding.record, finding.rule.clone(), finding.from);
        entry.findings.retain(|finding| !told.contains(&name(finding)));
        // After them, because two findings of one entry may differ in their last days alone.
        told.extend(entry.findings.iter().map(name));
    }
}

/// Returns whether two states are of one coverage: an insurer registers one from a day on.
fn is_same(one: &Coverage, other: &Coverage) -> bool {
    one.key.insurer == other.key.insurer && one.acquired_on == other.acquired_on
}

fn findings_of(one: &Registration, person: &NotedPerson, today: Date) -> Vec<Finding> {
    let held: Vec<Held> = person.registrations.iter().map(|one| Held::from(&*one.coverage)).collect();
    findings(&one.coverage, &Holder { coverages: &held, died_on: person.died_on }, today)
}

fn entry_error(refused: &NoticeRefused) -> EntryError {
    let detail = refused.to_string();
    let error = match refused {
        NoticeRefused::Malformed(_)
        | NoticeRefused::Impossible(_)
        | NoticeRefused::OtherInsurer
        | NoticeRefused::Future(_) => HttpError::OperatorRequest("".into()),
        NoticeRefused::NoCoverage | NoticeRefused::NoPerson | NoticeRefused::NoCertificate | NoticeRefused::NoTicket => {
            HttpError::NotFound(None)
        }
        NoticeRefused::IdTaken
        | NoticeRefused::Earlier(_)
        | NoticeRefused::Several
        | NoticeRefused::GainedTwice(_)
        | NoticeRefused::OthersCard
        | NoticeRefused::LostBefore(_)
        | NoticeRefused::NotEarlier(_)
        | NoticeRefused::GainedAfterDeath(_)
        | NoticeRefused::CertificateEnded(_)
        | NoticeRefused::LinkedBefore
        | NoticeRefused::CardInUse
        | NoticeRefused::NotInUse => HttpError::Conflict("".into()),
    };
    let row = error.row();
    EntryError { code: row.code, title: row.title, message: row.message, detail }
}

/// Lists the entries of an insurer in the order in which they came, 200 on a page.
#[utoipa::path(
    get, path = "/api/insurers/{number}/registrations", tag = "registry",
    params(("number" = String, Path, description = "保険者番号"), AfterEntry),
    responses((status = 200, body = Vec<RecordedEntry>), (status = 404, description = "No insurer has this number (SHK4002)"))
)]
pub(super) async fn list(
    State(state): State<OperatorState>,
    number: Result<Path<String>, PathRejection>,
    wanted: Result<Query<AfterEntry>, QueryRejection>,
) -> Result<Json<Vec<RecordedEntry>>, HttpError> {
    let insurer = insurer(number)?;
    let Query(AfterEntry { after }) =
        wanted.map_err(|_| HttpError::OperatorRequest("the query takes after, a whole number, once".into()))?;
    let records = state.operations.notices(insurer, after, PAGE).await?.ok_or(NO_INSURER)?;
    Ok(Json(records.into_iter().map(recorded).collect()))
}

/// Returns the entry of this id that is applied.
#[utoipa::path(
    get, path = "/api/insurers/{number}/registrations/{id}", tag = "registry",
    params(
        ("number" = String, Path, description = "保険者番号"),
        ("id" = String, Path, description = "The insurer's own id of the entry")
    ),
    responses(
        (status = 200, body = RecordedEntry),
        (status = 400, description = "This is no insurer number; `detail` says what one is (SHK4003)"),
        (status = 404, description = "No entry of this id is applied (SHK4002)")
    )
)]
pub(super) async fn one(
    State(state): State<OperatorState>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<RecordedEntry>, HttpError> {
    const NO_ENTRY: HttpError = HttpError::NotFound(Some("id: no entry of this id is applied"));
    let Path((number, id)) = path.map_err(|_| NO_ENTRY)?;
    let insurer = parse_insurer(&number)?;
    if id.contains('\0') {
        return Err(NO_ENTRY);
    }
    state.operations.notice(insurer, &id).await?.map(|record| Json(recorded(record))).ok_or(NO_ENTRY)
}

fn insurer(number: Result<Path<String>, PathRejection>) -> Result<InsurerNumber, HttpError> {
    let Path(number) = number.map_err(|_| NO_INSURER)?;
    parse_insurer(&number)
}

fn parse_insurer(number: &str) -> Result<InsurerNumber, HttpError> {
    InsurerNumber::parse(number).map_err(|reason| HttpError::OperatorRequest(format!("number: {reason}").into()))
}

fn recorded(record: NoticeRecord) -> RecordedEntry {
    RecordedEntry {
        seq: record.seq,
        file: record.file,
        place: record.place,
        id: record.id,
        outcome: match record.state {
            NoticeState::Applied => "applied",
            NoticeState::AppliedBefore => "already_applied",
            NoticeState::Refused => "refused",
            NoticeState::Undone => "undone",
        },
        received_at: record.received_at,
        registered_at: record.registered_at,
        reason: record.reason,
        entry: record.content.and_then(|NoticeContent(text)| RawValue::from_string(text).ok()),
    }
}
