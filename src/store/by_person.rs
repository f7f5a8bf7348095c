//! Reads facts about people whose ids are known.

use sqlx::PgConnection;

use crate::domain::{InstitutionCode, PersonFacts, PersonId};

use super::StoreError;
use super::apart::apart;
use super::facts::{FactRow, gather, select_facts};

/// A person whom a question is about, as an institution sees them.
pub(super) struct AskedPerson {
    /// The number of the question, from 1.
    pub place: i64,
    pub person: PersonId,
    pub institution: Option<InstitutionCode>,
}

/// Reads all facts about people, in their order, as `institution` sees them; None for a person without a coverage. An inner error
/// means that the database holds an illegal value for one person.
///
/// # Errors
/// If the database fails.
pub async fn facts(
    connection: &mut PgConnection,
    institution: InstitutionCode,
    people: &[PersonId],
) -> Result<Vec<Result<Option<PersonFacts>, StoreError>>, StoreError> {
    let asked: Vec<(InstitutionCode, PersonId)> = people.iter().map(|person| (institution, *person)).collect();
    let facts = apart(connection, &asked, |connection, asked| Box::pin(together(connection, asked))).await?;
    let of_person = |(facts, person): (Result<_, StoreError>, &PersonId)| {
        facts.map_err(|error| error.in_row("coverage", format_args!("of person {}", person.0)))
    };
    Ok(facts.into_iter().zip(people).map(of_person).collect())
}

async fn together(
    connection: &mut PgConnection,
    asked: &[(InstitutionCode, PersonId)],
) -> Result<Vec<Result<Option<PersonFacts>, StoreError>>, StoreError> {
    let people = (1..).zip(asked);
    let people = people.map(|(place, (code, person))| AskedPerson { place, person: *person, institution: Some(*code) });
    let rows = rows(connection, &people.collect::<Vec<_>>()).await?;
    Ok(gather(asked.len(), rows)?.into_iter().map(|people| Ok(people?.into_iter().next())).collect())
}

/// Reads every coverage of the people.
pub(super) async fn rows(connection: &mut PgConnection, asked: &[AskedPerson]) -> Result<Vec<FactRow>, StoreError> {
    let places: Vec<i64> = asked.iter().map(|one| one.place).collect();
    let people: Vec<i64> = asked.iter().map(|one| one.person.0).collect();
    let institutions: Vec<Option<String>> =
        asked.iter().map(|one| one.institution.map(|code| code.as_str().to_owned())).collect();
    let rows = select_facts!(
        r#"
          from ( select unnest($1::bigint[]) as place, unnest($2::bigint[]) as person_id, unnest($3::text[]) as institution_code
               ) as asked
          join coverage on coverage.person_id = asked.person_id
        "#,
        "$3::text[]",
        &places,
        &people,
        &institutions as &[Option<String>]
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
