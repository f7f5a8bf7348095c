//! Facts for a question by what stands on the card.

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;

use crate::domain::{CardQuery, InstitutionCode, PersonFacts};

use super::StoreError;
use super::facts::{gather, select_facts};
use super::rows::to_sql;

/// Reads, for each question in order, with what the institution that asks calls them, everybody who has a coverage with its key and birth date, each with all coverages in
/// order of acquisition. One statement for any number of questions. An inner error is about one question only.
///
/// Whoever has two matching coverages comes twice in the rows and is gathered once: that costs less than to keep it out of every
/// question's rows.
///
/// # Errors
/// When the database fails or holds what it must not.
pub async fn facts(
    connection: &mut PgConnection,
    questions: &[(Option<InstitutionCode>, CardQuery)],
) -> Result<Vec<Result<Vec<PersonFacts>, StoreError>>, StoreError> {
    let institutions: Vec<Option<String>> =
        questions.iter().map(|(institution, _)| institution.map(|code| code.as_str().to_owned())).collect();
    let keys: Vec<String> = questions.iter().map(|(_, q)| q.key.search_key().as_str().to_owned()).collect();
    let births: Vec<SqlDate> = questions.iter().map(|(_, q)| to_sql(q.birth_on.date())).collect();
    let rows = select_facts!(
        r#"
          from unnest($1::text[], $2::date[], $3::text[]) with ordinality as asked (search_key, birth_on, institution_code, place)
          join coverage as matching on matching.search_key = asked.search_key and matching.birth_on = asked.birth_on
          join person on person.id = matching.person_id
          join coverage on coverage.person_id = matching.person_id
          left join reference_number as reference
            on reference.institution_code = asked.institution_code
           and reference.search_key = coverage.search_key
           and reference.branch = coalesce(coverage.branch, '')
         order by asked.place, person.id, coverage.acquired_on, coverage.id
        "#,
        &keys,
        &births,
        &institutions as &[Option<String>]
    )
    .fetch_all(connection)
    .await?;
    gather(questions.len(), rows)
}
