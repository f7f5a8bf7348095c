//! Facts for a question by what stands on the card.

use std::collections::{BTreeMap, HashMap};

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{CardQuery, InstitutionCode, PersonFacts, PersonId};

use super::StoreError;
use super::by_person::{self, AskedPerson};
use super::facts::{FactRow, gather, select_facts};
use super::rows::to_sql;

/// Reads, for each question in order, with what the institution that asks calls them, everybody who has a coverage with its key
/// and birth date, each with all coverages in order of acquisition. One statement for any number of questions, and a second for
/// people who may have other coverages: what it says of them replaces what the first did, so that everything about a person is
/// of one moment. An inner error is about one question only.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<Result<Vec<PersonFacts>, StoreError>>, StoreError> {
    let rows = matching(connection, questions).await?;
    gather(questions.len(), completed(connection, questions, rows).await?)
}

/// Reads the same for the people of the file `request_id`, and what the institution saw last, before the file, of the 限度額適用認定証 of
/// those whose consent covers it: the mark in the log, none for people of whom it never saw one.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts_and_marks(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
    request_id: Uuid,
) -> Result<(Vec<Result<Vec<PersonFacts>, StoreError>>, HashMap<PersonId, i64>), StoreError> {
    let rows = matching_and_marks(connection, questions, request_id).await?;
    let marks = rows.iter().filter_map(|row| Some((PersonId(row.person_id), row.last_mark?))).collect();
    let facts = gather(questions.len(), completed(connection, questions, rows).await?)?;
    Ok((facts, marks))
}

/// Rows with all coverages of everybody in them.
async fn completed(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
    rows: Vec<FactRow>,
) -> Result<Vec<FactRow>, StoreError> {
    let (mut rows, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.sole);
    if !others.is_empty() {
        rows.extend(by_person::rows(connection, &asked_again(questions, &others)).await?);
    }
    Ok(rows)
}

/// The questions as arrays.
struct Questions {
    keys: Vec<String>,
    births: Vec<SqlDate>,
    institutions: Vec<Option<String>>,
}

impl Questions {
    fn of(questions: &[(Option<InstitutionCode>, CardQuery)]) -> Self {
        Self {
            keys: questions.iter().map(|(_, q)| q.key.search_key().as_str().to_owned()).collect(),
            births: questions.iter().map(|(_, q)| to_sql(q.birth_on.date())).collect(),
            institutions: questions.iter().map(|(code, _)| code.map(|code| code.as_str().to_owned())).collect(),
        }
    }
}

/// The coverages that fit the questions.
async fn matching(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<FactRow>, StoreError> {
    let Questions { keys, births, institutions } = Questions::of(questions);
    let rows = select_facts!(
        r#"
          from unnest($1::text[], $2::date[], $3::text[]) with ordinality as asked (search_key, birth_on, institution_code, place)
          join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on
        "#,
        "$3::text[]",
        "null::bigint",
        "",
        &keys,
        &births,
        &institutions as &[Option<String>]
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The coverages that fit the questions of a file, with the marks of their people: records are numbered in the order of writing.
async fn matching_and_marks(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
    request_id: Uuid,
) -> Result<Vec<FactRow>, StoreError> {
    let Questions { keys, births, institutions } = Questions::of(questions);
    let limit_consents: Vec<bool> = questions.iter().map(|(_, q)| q.limit_consent).collect();
    let rows = select_facts!(
        r#"
          from unnest($1::text[], $2::date[], $3::text[], $4::boolean[]) with ordinality
            as asked (search_key, birth_on, institution_code, limit_consent, place)
          join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on
          left join lateral (
                   select limit_mark
                     from access_log
                    where asked.limit_consent
                      and access_log.person_id = coverage.person_id
                      and access_log.institution_code = asked.institution_code
                      and limit_mark is not null
                      and request_id <> $5
                    order by access_log.id desc
                    limit 1
               ) as last on true
        "#,
        "$3::text[]",
        "last.limit_mark",
        "",
        &keys,
        &births,
        &institutions as &[Option<String>],
        &limit_consents,
        request_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The people of `rows`, each once for a question.
fn asked_again(questions: &[(Option<InstitutionCode>, CardQuery)], rows: &[FactRow]) -> Vec<AskedPerson> {
    let institution = |place: i64| {
        let place = usize::try_from(place - 1).ok()?;
        questions.get(place).and_then(|(institution, _)| *institution)
    };
    let people: BTreeMap<(i64, i64), Option<InstitutionCode>> =
        rows.iter().map(|row| ((row.place, row.person_id), institution(row.place))).collect();
    people
        .into_iter()
        .map(|((place, person), institution)| AskedPerson { place, person: PersonId(person), institution })
        .collect()
}
