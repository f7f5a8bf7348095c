//! Writes the insurers and institutions of a load.

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;

use crate::domain::{Institution, Insurer};
use crate::store::StoreError;
use crate::store::rows::{StoredEnum, to_sql};

fn numbers(insurers: &[Insurer]) -> Vec<String> {
    insurers.iter().map(|insurer| insurer.number.as_str().to_owned()).collect()
}

fn codes(institutions: &[Institution]) -> Vec<String> {
    institutions.iter().map(|institution| institution.code.as_str().to_owned()).collect()
}

/// Writes the insurers that are new or differ.
pub(super) async fn put_insurers(connection: &mut PgConnection, insurers: &[Insurer]) -> Result<(), StoreError> {
    let names: Vec<String> = insurers.iter().map(|insurer| insurer.name.clone()).collect();
    sqlx::query!(
        r#"
        insert into insurer (number, name)
        select unnest($1::text[]), unnest($2::text[])
            on conflict on constraint insurer_pkey do update
           set name = excluded.name
         where insurer.name <> excluded.name
        "#,
        &numbers(insurers),
        &names
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the institutions that are new or differ.
pub(super) async fn put_institutions(connection: &mut PgConnection, institutions: &[Institution]) -> Result<(), StoreError> {
    let names: Vec<String> = institutions.iter().map(|one| one.name.clone()).collect();
    let charsets: Vec<i16> = institutions.iter().map(|one| one.form.charset.number()).collect();
    let result_lists: Vec<i16> = institutions.iter().map(|one| one.form.result_lists.number()).collect();
    let disease_lists: Vec<i16> = institutions.iter().map(|one| one.form.disease_list.number()).collect();
    let visual_checks: Vec<bool> = institutions.iter().map(|one| one.visual_check).collect();
    let active_from: Vec<SqlDate> = institutions.iter().map(|one| to_sql(one.active_from)).collect();
    let active_through: Vec<Option<SqlDate>> = institutions.iter().map(|one| one.active_through.map(to_sql)).collect();
    sqlx::query!(
        r#"
        insert into institution (code, name, charset, result_lists, disease_list, visual_check, active_from, active_through)
        select unnest($1::text[]), unnest($2::text[]), unnest($3::smallint[]), unnest($4::smallint[]), unnest($5::smallint[])
             , unnest($6::boolean[]), unnest($7::date[]), unnest($8::date[])
            on conflict on constraint institution_pkey do update
           set name = excluded.name
             , charset = excluded.charset
             , result_lists = excluded.result_lists
             , disease_list = excluded.disease_list
             , visual_check = excluded.visual_check
             , active_from = excluded.active_from
             , active_through = excluded.active_through
         where ( institution.name, institution.charset, institution.result_lists, institution.disease_list
               , institution.visual_check, institution.active_from, institution.active_through )
               is distinct from
               ( excluded.name, excluded.charset, excluded.result_lists, excluded.disease_list
               , excluded.visual_check, excluded.active_from, excluded.active_through )
        "#,
        &codes(institutions),
        &names,
        &charsets,
        &result_lists,
        &disease_lists,
        &visual_checks,
        &active_from,
        &active_through as &[Option<SqlDate>]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes all insurers except these. No coverage may name one of the others.
pub(super) async fn delete_other_insurers(connection: &mut PgConnection, insurers: &[Insurer]) -> Result<(), StoreError> {
    sqlx::query!("delete from insurer where number <> all($1)", &numbers(insurers)).execute(connection).await?;
    Ok(())
}

/// Deletes all institutions except these.
pub(super) async fn delete_other_institutions(
    connection: &mut PgConnection,
    institutions: &[Institution],
) -> Result<(), StoreError> {
    sqlx::query!("delete from institution where code <> all($1)", &codes(institutions)).execute(connection).await?;
    Ok(())
}
