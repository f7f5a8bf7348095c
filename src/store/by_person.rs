//! Facts about people who were found before.

use sqlx::PgConnection;

use crate::domain::{InstitutionCode, PersonFacts, PersonId};

use super::StoreError;
use super::facts::{gather, select_facts};

/// Reads everything about people, in their order, as `institution` sees it; none for whoever has no coverage.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts(
    connection: &mut PgConnection,
    institution: InstitutionCode,
    people: &[PersonId],
) -> Result<Vec<Option<PersonFacts>>, StoreError> {
    let ids: Vec<i64> = people.iter().map(|person| person.0).collect();
    let rows = select_facts!(
        r#"
          from unnest($1::bigint[]) with ordinality as asked (person_id, place)
          join person on person.id = asked.person_id
          join coverage on coverage.person_id = asked.person_id
          left join reference_number as reference
            on reference.institution_code = $2
           and reference.search_key = coverage.search_key
           and reference.branch = coalesce(coverage.branch, '')
         order by asked.place, coverage.acquired_on, coverage.id
        "#,
        &ids,
        institution.as_str()
    )
    .fetch_all(connection)
    .await?;
    gather(people.len(), rows)?.into_iter().map(|people| Ok(people?.into_iter().next())).collect()
}
