//! Writes rows of coverages, and keeps the versions that they replace.

use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use crate::store::StoreError;

use super::compare::{Changes, Wanted, columns};
use super::registered::RegisteredCoverage;
use super::times::Times;

/// Lists the coverages of people, each with its person: (coverage id, person id).
pub(super) async fn of(connection: &mut PgConnection, people: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows =
        sqlx::query!("select id, person_id from coverage where person_id = any($1)", people).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.person_id)).collect())
}

/// Copies rows that are about to be replaced or deleted, given as (coverage id, person id), into the history. A row that was recorded
/// at that same instant was never in force, and is not copied.
pub(super) async fn keep(connection: &mut PgConnection, replaced: &[(i64, i64)], times: &Times) -> Result<(), StoreError> {
    if replaced.is_empty() {
        return Ok(());
    }
    let (ids, people): (Vec<i64>, Vec<i64>) = replaced.iter().copied().unzip();
    sqlx::query!(
        r#"
        insert into coverage_history
             ( coverage_id, person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from
             , card_valid_through, loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number
             , symbol, number, branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
             , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets
             , address_withheld, self_information_blocked, recorded_at, replaced_at )
        select coverage.id, person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through
             , loss_reason, relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number
             , branch, name, kana, other_name, other_kana, insured_name, post_number, address, ratios
             , elderly_certificates, limit_certificates, specific_disease_certificates, medical_tickets
             , address_withheld, self_information_blocked, recorded_at, replaced.at
          from rows from (unnest($1::bigint[]), unnest($2::timestamptz[])) as replaced (id, at)
          join coverage on coverage.id = replaced.id
         where recorded_at < replaced.at
        "#,
        &ids,
        &times.each(people) as &[SqlTimestamp]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes changes.
pub(super) async fn write(connection: &mut PgConnection, changes: &Changes<'_>, times: &Times) -> Result<(), StoreError> {
    if !changes.gone.is_empty() {
        let ids: Vec<i64> = changes.gone.iter().map(|(id, _)| *id).collect();
        sqlx::query!("delete from coverage where id = any($1)", &ids).execute(&mut *connection).await?;
    }
    if !changes.other_sole.is_empty() {
        sqlx::query!("update coverage set sole = not sole where id = any($1)", &changes.other_sole)
            .execute(&mut *connection)
            .await?;
    }
    if !changes.changed.is_empty() {
        update(connection, &changes.changed, times).await?;
    }
    if !changes.new.is_empty() {
        insert(connection, &changes.new, times).await?;
    }
    Ok(())
}

async fn update(connection: &mut PgConnection, changed: &[(i64, &Wanted)], times: &Times) -> Result<(), StoreError> {
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
             , recorded_at = new.recorded_at
          from rows from ( unnest($1::bigint[]), unnest($2::boolean[]), unnest($3::timestamptz[])
                         , unnest($4::registered_coverage[])
                         ) as new (id, sole, recorded_at)
         where coverage.id = new.id
        "#,
        &ids,
        &soles,
        &times.each(changed.iter().map(|(_, wanted)| wanted.person_id())) as &[SqlTimestamp],
        &registered as &[&RegisteredCoverage]
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(connection: &mut PgConnection, new: &[&Wanted], times: &Times) -> Result<(), StoreError> {
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
             , address_withheld, self_information_blocked, sole, recorded_at
          from rows from (unnest($1::boolean[]), unnest($2::timestamptz[]), unnest($3::registered_coverage[]))
               as new (sole, recorded_at)
        "#,
        &soles,
        &times.each(new.iter().map(|wanted| wanted.person_id())) as &[SqlTimestamp],
        &registered as &[&RegisteredCoverage]
    )
    .execute(connection)
    .await?;
    Ok(())
}
