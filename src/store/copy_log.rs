//! Copies consents and marks of certificates out of access-log records that are older than the tables for them.
//!
//! A later migration drops the table `access_log_copied`, and this file with it.

use sqlx::{PgConnection, PgPool};

use super::StoreError;

/// Number of records that one transaction reads: it takes some tenths of a second.
const BATCH: i64 = 10_000;

/// Copies all remaining records in the order of writing, each batch in a transaction of its own. Resumes after an earlier run was
/// stopped; concurrent runs take turns.
///
/// # Errors
/// If the database fails; what was copied before stays.
pub(super) async fn copy_all(pool: &PgPool) -> Result<(), StoreError> {
    while !copy_batch(pool, BATCH).await? {}
    Ok(())
}

/// Returns whether everything is copied.
pub(super) async fn is_finished(pool: &PgPool) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!("select finished from access_log_copied").fetch_one(pool).await?)
}

/// Copies from up to `most` records in one transaction; returns true if none is left.
///
/// # Errors
/// If the database fails; then this batch is not copied.
pub async fn copy_batch(pool: &PgPool, most: i64) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let done = sqlx::query!("select through_id, through_place, last_id, finished from access_log_copied for update")
        .fetch_one(&mut *transaction)
        .await?;
    if done.finished {
        return Ok(true);
    }
    let last = copy_between(&mut transaction, (done.through_id, done.through_place), done.last_id, most).await?;
    let (id, place, finished) = match last {
        Some(last) => (last.id, last.place, last.records < most),
        None => (done.through_id, done.through_place, true),
    };
    sqlx::query!("update access_log_copied set through_id = $1, through_place = $2, finished = $3", id, place, finished)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(finished)
}

/// The last record of a batch, and the number of its records.
struct Last {
    id: i64,
    place: i32,
    records: i64,
}

/// Copies from the first `most` records after `after`, up to the number `last_id`. Of consecutive equal marks, keeps the first.
/// What the trigger has copied meanwhile is later than all of them.
async fn copy_between(
    connection: &mut PgConnection,
    after: (i64, i32),
    last_id: i64,
    most: i64,
) -> Result<Option<Last>, StoreError> {
    let last = sqlx::query_as!(
        Last,
        r#"
        with records as materialized (
            select id, place, request_id, answered_at, institution_code, check_on, person_id, treatment, consents, consents_until
                 , limit_mark
              from access_log
             where (id, place) > ($1, $2)
               and id <= $3
             order by id, place
             limit $4
        ), consented as (
            insert into consent (institution_code, treatment, person_id, log_id, given_at, check_on, kinds, valid_until)
            select institution_code, treatment, person_id, id, answered_at, check_on, consents, consents_until
              from records
             where consents_until is not null
               and person_id is not null
                on conflict on constraint consent_pkey do nothing
        ), seen as (
            insert into limit_seen (person_id, institution_code, log_id, request_id, mark)
            select person_id, institution_code, id, request_id, limit_mark
              from ( select person_id, institution_code, id, request_id, limit_mark
                          , lag(limit_mark) over (partition by person_id, institution_code order by id, place) as mark_before
                       from records
                      where limit_mark is not null
                        and person_id is not null
                   ) as marked
             where limit_mark is distinct from coalesce
                   ( mark_before
                   , ( select last.mark
                         from limit_seen as last
                        where hashtextextended(last.institution_code, last.person_id)
                              = hashtextextended(marked.institution_code, marked.person_id)
                          and last.institution_code = marked.institution_code
                          and last.person_id = marked.person_id
                          and last.log_id <= marked.id
                        order by last.log_id desc
                        limit 1
                     )
                   )
        )
        select id, place, (select count(*) from records) as "records!"
          from records
         order by id desc, place desc
         limit 1
        "#,
        after.0,
        after.1,
        last_id,
        most,
    )
    .fetch_optional(connection)
    .await?;
    Ok(last)
}
