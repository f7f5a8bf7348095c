//! Facts for a question by what stands on the card.

use std::collections::{BTreeSet, HashMap};

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
    let institution = |question: usize| questions.get(question).and_then(|(institution, _)| *institution);
    gather(questions.len(), completed(connection, rows, institution).await?)
}

/// Reads the same for the people of the file `request_id` of an institution, and what it saw last, before the file, of the
/// 限度額適用認定証 of those whose consent covers it: the mark in the log, none for people of whom it never saw one.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts_and_marks(
    connection: &mut PgConnection,
    institution: InstitutionCode,
    questions: &[CardQuery],
    request_id: Uuid,
) -> Result<(Vec<Result<Vec<PersonFacts>, StoreError>>, HashMap<PersonId, i64>), StoreError> {
    let rows = matching_and_marks(connection, institution, questions, request_id).await?;
    let marks = rows.iter().filter_map(|row| Some((PersonId(row.person_id), row.last_mark?))).collect();
    let facts = gather(questions.len(), completed(connection, rows, |_| Some(institution)).await?)?;
    Ok((facts, marks))
}

/// Rows with all coverages of everybody in them, as whoever asks the question of a row sees them.
async fn completed(
    connection: &mut PgConnection,
    mut rows: Vec<FactRow>,
    institution: impl Fn(usize) -> Option<InstitutionCode>,
) -> Result<Vec<FactRow>, StoreError> {
    let again = asked_again(rows.iter().filter(|row| !row.sole), institution);
    if !again.is_empty() {
        rows.retain(|row| row.sole);
        rows.extend(by_person::rows(connection, &again).await?);
    }
    Ok(rows)
}

/// Questions as arrays, numbered from 1.
struct Wanted {
    places: Vec<i64>,
    keys: Vec<String>,
    births: Vec<SqlDate>,
}

impl Wanted {
    fn by<'a>(questions: impl Iterator<Item = &'a CardQuery> + Clone) -> Self {
        Self {
            places: (1..).zip(questions.clone()).map(|(place, _)| place).collect(),
            keys: questions.clone().map(|query| query.key.search_key().into_string()).collect(),
            births: questions.map(|query| to_sql(query.birth_on.date())).collect(),
        }
    }
}

/// The coverages that fit the questions.
async fn matching(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<FactRow>, StoreError> {
    let Wanted { places, keys, births } = Wanted::by(questions.iter().map(|(_, query)| query));
    let institutions: Vec<Option<String>> =
        questions.iter().map(|(code, _)| code.map(|code| code.as_str().to_owned())).collect();
    let rows = select_facts!(
        r#"
          from ( select unnest($1::bigint[]) as place
                      , unnest($2::text[]) as search_key
                      , unnest($3::date[]) as birth_on
                      , unnest($4::text[]) as institution_code
               ) as asked
          join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on
        "#,
        "$4::text[]",
        "null::bigint",
        &places,
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
    institution: InstitutionCode,
    questions: &[CardQuery],
    request_id: Uuid,
) -> Result<Vec<FactRow>, StoreError> {
    let Wanted { places, keys, births } = Wanted::by(questions.iter());
    let limit_consents: Vec<bool> = questions.iter().map(|query| query.limit_consent).collect();
    let rows = select_facts!(
        r#"
          from ( select unnest($1::bigint[]) as place
                      , unnest($2::text[]) as search_key
                      , unnest($3::date[]) as birth_on
                      , $4::text as institution_code
                      , unnest($5::boolean[]) as limit_consent
               ) as asked
          join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on
        "#,
        "array[$4::text]",
        r#"case when asked.limit_consent
                then ( select limit_mark
                         from access_log
                        where access_log.person_id = coverage.person_id
                          and access_log.institution_code = asked.institution_code
                          and limit_mark is not null
                          and request_id <> $6
                        order by access_log.id desc
                        limit 1
                     )
           end"#,
        &places,
        &keys,
        &births,
        institution.as_str(),
        &limit_consents,
        request_id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The people of `rows`, each once for a question.
fn asked_again<'a>(
    rows: impl Iterator<Item = &'a FactRow>,
    institution: impl Fn(usize) -> Option<InstitutionCode>,
) -> Vec<AskedPerson> {
    let people: BTreeSet<(i64, i64)> = rows.map(|row| (row.place, row.person_id)).collect();
    let of_question = |place: i64| usize::try_from(place - 1).ok().and_then(&institution);
    people
        .into_iter()
        .map(|(place, person)| AskedPerson { place, person: PersonId(person), institution: of_question(place) })
        .collect()
}
