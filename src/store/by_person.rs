//! Facts about people who were found before.

use sqlx::PgConnection;

use crate::domain::{InstitutionCode, PersonFacts, PersonId};

use super::StoreError;
use super::facts::{FactRow, gather, select_facts};

/// Somebody about whom a question is, as an institution sees them.
pub(super) struct AskedPerson {
    /// Which question, from 1.
    pub place: i64,
    pub person: PersonId,
    pub institution: Option<InstitutionCode>,
}

/// Reads everything about people, in their order, as `institution` sees it; none for whoever has no coverage.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts(
    connection: &mut PgConnection,
    institution: InstitutionCode,
    people: &[PersonId],
) -> Result<Vec<Option<PersonFacts>>, StoreError> {
    let asked =
        (1..).zip(people).map(|(place, person)| AskedPerson { place, person: *person, institution: Some(institution) });
    let rows = rows(connection, &asked.collect::<Vec<_>>()).await?;
    gather(people.len(), rows)?.into_iter().map(|people| Ok(people?.into_iter().next())).collect()
}

/// Every coverage of people.
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
