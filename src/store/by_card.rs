//! Facts for a question by what stands on the card.

use std::collections::BTreeMap;

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;

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
    let (mut rows, others): (Vec<_>, Vec<_>) = matching(connection, questions).await?.into_iter().partition(|row| row.sole);
    if !others.is_empty() {
        rows.extend(by_person::rows(connection, &asked_again(questions, &others)).await?);
    }
    gather(questions.len(), rows)
}

/// The coverages that fit the questions.
async fn matching(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<FactRow>, StoreError> {
    let institutions: Vec<Option<String>> =
        questions.iter().map(|(institution, _)| institution.map(|code| code.as_str().to_owned())).collect();
    let keys: Vec<String> = questions.iter().map(|(_, q)| q.key.search_key().as_str().to_owned()).collect();
    let births: Vec<SqlDate> = questions.iter().map(|(_, q)| to_sql(q.birth_on.date())).collect();
    let rows = select_facts!(
        r#"
          from unnest($1::text[], $2::date[], $3::text[]) with ordinality as asked (search_key, birth_on, institution_code, place)
          join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on
        "#,
        "$3::text[]",
        "",
        &keys,
        &births,
        &institutions as &[Option<String>]
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
