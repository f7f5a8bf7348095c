//! Writes rows of coverages, and keeps the versions that they replace.

use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use crate::store::StoreError;

use super::compare::{Changes, Wanted, columns};
use super::registered::RegisteredCoverage;

/// Returns the ids of all coverages of people.
pub(super) async fn of(connection: &mut PgConnection, people: &[i64]) -> Result<Vec<i64>, StoreError> {
    let ids = sqlx::query_scalar!("select id from coverage where person_id = any($1)", people).fetch_all(connection).await?;
    Ok(ids)
}

/// Returns the time at which changes of people are recorded: `at`, or the last change of any of them if that was later.
pub(super) async fn not_before(
    connection: &mut PgConnection,
    people: &[i64],
    at: SqlTimestamp,
) -> Result<SqlTimestamp, StoreError> {
    if people.is_empty() {
        return Ok(at);
    }
    let at = sqlx::query_scalar!(
        r#"
        select greatest( $2::timestamptz
                       , (select max(recorded_at) from coverage where person_id = any($1))
                       , (select max(replaced_at) from coverage_history where person_id = any($1))
                       ) as "at!: SqlTimestamp"
        "#,
        people,
        at as SqlTimestamp
    )
    .fetch_one(connection)
    .await?;
    Ok(at)
}

/// Copies rows that are about to be replaced or deleted at `at` into the history. A row that was recorded at that same instant was
/// never in force, and is not copied.
pub(super) async fn keep(connection: &mut PgConnection, ids: &[i64], at: SqlTimestamp) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"
        insert into coverage_history
             ( coverage_id, person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from
             , card_valid_through, loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number
             , symbol, number, branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
             , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets
             , address_withheld, self_information_blocked, recorded_at, replaced_at )
        select id, person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through
             , loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number
             , branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
             , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets
             , address_withheld, self_information_blocked, recorded_at, $2
          from coverage
         where id = any($1)
           and recorded_at < $2
        "#,
        ids,
        at as SqlTimestamp
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes changes, recorded at `at`.
pub(super) async fn write(connection: &mut PgConnection, changes: &Changes<'_>, at: SqlTimestamp) -> Result<(), StoreError> {
    if !changes.gone.is_empty() {
        sqlx::query!("delete from coverage where id = any($1)", &changes.gone).execute(&mut *connection).await?;
    }
    if !changes.other_sole.is_empty() {
        sqlx::query!("update coverage set sole = not sole where id = any($1)", &changes.other_sole)
            .execute(&mut *connection)
            .await?;
    }
    if !changes.changed.is_empty() {
        update(connection, &changes.changed, at).await?;
    }
    if !changes.new.is_empty() {
        insert(connection, &changes.new, at).await?;
    }
    Ok(())
}

async fn update(connection: &mut PgConnection, changed: &[(i64, &Wanted)], at: SqlTimestamp) -> Result<(), StoreError> {
    let ids: Vec<i64> = changed.iter().map(|(id, _)| *id).collect();
    let (soles, registered) = columns(changed.iter().map(|(_, wanted)| *wanted));
    sqlx::query!(
        r#"
        update coverage
           set acquired_on = new.acquired_on
             , lost_on = new.lost_on
             , birth_on = new.birth_on
             , card_issued_on = new.card_issued_on
             , card_valid_from = new.card_valid_from
             , card_valid_through = new.card_valid_through
             , loss_reason = new.loss_reason
             , relationship = new.relationship
             , card_class = new.card_class
             , sex = new.sex
             , sex_on_back = new.sex_on_back
             , search_key = new.search_key
             , insurer_number = new.insurer_number
             , symbol = new.symbol
             , number = new.number
             , branch = new.branch
             , name = new.name
             , kana = new.kana
             , other_name = new.other_name
             , other_kana = new.other_kana
             , insured_name = new.insured_name
             , post_number = new.post_number
             , address = new.address
             , ratios = new.ratios
             , elderly_certificates = new.elderly_certificates
             , limit_certificates = new.limit_certificates
             , specific_disease_certificates = new.specific_disease_certificates
             , medical_tickets = new.medical_tickets
             , ticket_keys = new.ticket_keys
             , address_withheld = new.address_withheld
             , self_information_blocked = new.self_information_blocked
             , sole = new.sole
             , recorded_at = $4
          from rows from (unnest($1::bigint[]), unnest($2::boolean[]), unnest($3::registered_coverage[])) as new (id, sole)
         where coverage.id = new.id
        "#,
        &ids,
        &soles,
        &registered as &[&RegisteredCoverage],
        at as SqlTimestamp
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(connection: &mut PgConnection, new: &[&Wanted], at: SqlTimestamp) -> Result<(), StoreError> {
    let (soles, registered) = columns(new.iter().copied());
    sqlx::query!(
        r#"
        insert into coverage
             ( person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through
             , loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number
             , branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
             , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets, ticket_keys
             , address_withheld, self_information_blocked, sole, recorded_at )
        select person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through
             , loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number
             , branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
             , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets, ticket_keys
             , address_withheld, self_information_blocked, sole, $3
          from rows from (unnest($1::boolean[]), unnest($2::registered_coverage[])) as new (sole)
        "#,
        &soles,
        &registered as &[&RegisteredCoverage],
        at as SqlTimestamp
    )
    .execute(connection)
    .await?;
    Ok(())
}
