//! Reads facts for a question by the numbers on the card.

use std::collections::BTreeSet;

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;

use crate::domain::{CardQuery, InstitutionCode, PersonFacts, PersonId};

use super::StoreError;
use super::apart::apart;
use super::by_person::{self, AskedPerson};
use super::facts::{FactRow, gather, one_of, select_facts};
use super::rows::to_sql;

/// Reads, for each question in order, every person who has a coverage with its key and birth date, as seen by the institution
/// that asks. Each person comes with all coverages in order of acquisition. One statement reads for any number of questions. A
/// second one reads the people who may have other coverages; its rows replace theirs in the first, so that all facts about a
/// person are of one moment. An inner error means that the database holds an illegal value for one question.
///
/// # Errors
/// If the database fails.
pub async fn facts(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<Result<Vec<PersonFacts>, StoreError>>, StoreError> {
    let mut answers =
        apart(connection, questions, |connection, questions| Box::pin(together(connection, questions))).await?;
    for (answer, (_, query)) in answers.iter_mut().zip(questions) {
        if let Err(StoreError::Inconsistent { row: None, .. }) = answer {
            let rows = rows_behind(connection, query).await?;
            *answer = std::mem::replace(answer, Ok(Vec::new())).map_err(|error| error.in_row("coverage", rows));
        }
    }
    Ok(answers)
}

/// Returns the ids of all coverages that a question is answered from, for the log.
async fn rows_behind(connection: &mut PgConnection, query: &CardQuery) -> Result<String, StoreError> {
    let key = query.key.search_key();
    let ids = sqlx::query_scalar!(
        r#"
        select other.id
          from coverage
          join coverage as other on other.person_id = coverage.person_id
         where coverage.search_key = $1
         order by other.id
        "#,
        key.as_str()
    )
    .fetch_all(connection)
    .await?;
    Ok(one_of(&ids))
}

async fn together(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<Result<Vec<PersonFacts>, StoreError>>, StoreError> {
    let mut rows = matching(connection, questions).await?;
    let again = asked_again(rows.iter().filter(|row| !row.sole), questions);
    if !again.is_empty() {
        rows.retain(|row| row.sole);
        rows.extend(by_person::rows(connection, &again).await?);
    }
    gather(questions.len(), rows)
}

/// Reads the coverages that match the questions.
async fn matching(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<FactRow>, StoreError> {
    let places: Vec<i64> = (1..).zip(questions).map(|(place, _)| place).collect();
    let keys: Vec<String> = questions.iter().map(|(_, query)| query.key.search_key().into_string()).collect();
    let births: Vec<SqlDate> = questions.iter().map(|(_, query)| to_sql(query.birth_on.date())).collect();
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
        &places,
        &keys,
        &births,
        &institutions as &[Option<String>]
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Lists the people of `rows`, each once per question.
fn asked_again<'a>(
    rows: impl Iterator<Item = &'a FactRow>,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Vec<AskedPerson> {
    let people: BTreeSet<(i64, i64)> = rows.map(|row| (row.place, row.person_id)).collect();
    let question = |place: i64| usize::try_from(place - 1).ok().and_then(|place| questions.get(place));
    let institution = |place| question(place).and_then(|(institution, _)| *institution);
    people
        .into_iter()
        .map(|(place, person)| AskedPerson { place, person: PersonId(person), institution: institution(place) })
        .collect()
}
