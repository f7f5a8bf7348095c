//! The tables of a mass load beside those of the registry: the same names, columns, constraints and rights in a schema of their own.
//!
//! What they must be is read from the catalogue, so that a later migration changes them too. Names come from the catalogue by
//! `quote_ident`, so statements that are put together of them hold nothing else.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::store::StoreError;

/// The schema of the tables of a load. One that is there when a load begins was left by a load that was killed.
pub(super) const SCHEMA: &str = "shikaku_load";

/// The tables that a load replaces. Each refers to those before it alone.
pub(super) const TABLES: [&str; 3] = ["person", "coverage", "card_certificate"];

/// Removes what a killed load left; returns whether there was something.
pub(super) async fn remove(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let there = sqlx::query_scalar!(r#"select exists (select from pg_namespace where nspname = $1) as "there!""#, SCHEMA)
        .fetch_one(&mut *connection)
        .await?;
    if there {
        run(connection, format!("drop schema {SCHEMA} cascade")).await?;
    }
    Ok(there)
}

/// Refuses a load by a role that could not make the new tables, or not put them in the place of the old ones after all the work.
pub(super) async fn refuse_rights(connection: &mut PgConnection) -> Result<(), StoreError> {
    let row = sqlx::query!(
        r#"
        select current_user::text as "role!", has_database_privilege(current_database(), 'create') as "may_create!"
             , bool_and(pg_has_role(relowner, 'usage')) as "owns!"
          from pg_class
         where oid = any (select to_regclass(name) from unnest($1::text[]) as name)
        "#,
        &TABLES.map(str::to_owned)
    )
    .fetch_one(connection)
    .await?;
    if row.may_create && row.owns { Ok(()) } else { Err(StoreError::MayNotLoad(row.role)) }
}

/// Refuses a load if something was made that hangs on the tables of the registry, and would not be moved to the new ones.
pub(super) async fn refuse_dependants(connection: &mut PgConnection) -> Result<(), StoreError> {
    let found = sqlx::query_scalar!(
        r#"
        with tables as (
            select to_regclass(name)::oid as oid from unnest($1::text[]) as name
        ), dependants as (
            select 'pg_trigger'::regclass as class, pg_trigger.oid
              from pg_trigger
              join tables on tables.oid = tgrelid
             where not tgisinternal
             union
            select 'pg_policy'::regclass, pg_policy.oid
              from pg_policy
              join tables on tables.oid = polrelid
             union
            -- Views, and rules of the tables themselves.
            select classid::regclass, objid
              from pg_depend
              join tables on tables.oid = refobjid
             where refclassid = 'pg_class'::regclass
               and classid = 'pg_rewrite'::regclass
             union
            select 'pg_constraint'::regclass, pg_constraint.oid
              from pg_constraint
              join tables on tables.oid = confrelid
             where conrelid not in (select oid from tables)
             union
            select 'pg_publication_rel'::regclass, pg_publication_rel.oid
              from pg_publication_rel
              join tables on tables.oid = prrelid
        )
        select string_agg(description, ', ' order by description)
          from (select pg_describe_object(class, oid, 0) as description from dependants) as described
        "#,
        &TABLES.map(str::to_owned)
    )
    .fetch_one(connection)
    .await?;
    found.map_or(Ok(()), |found| Err(StoreError::Dependants(found)))
}

/// Makes the tables, without indexes and foreign keys.
pub(super) async fn create(connection: &mut PgConnection) -> Result<(), StoreError> {
    run(connection, format!("create schema {SCHEMA}")).await?;
    for table in TABLES {
        let like = format!("like {table} including all excluding indexes");
        run(connection, format!("create table {SCHEMA}.{table} ({like})")).await?;
    }
    // Comments of tables, storage parameters, rights, owners and targets of statistics are not copied with the columns.
    let statements = sqlx::query_scalar!(
        r#"
        with live as (
            select oid, relname, quote_ident(relname) as name, relowner, relacl, reloptions
              from pg_class
             where oid = any (select to_regclass(name) from unnest($1::text[]) as name)
        )
        select statement as "statement!"
          from ( select format('comment on table %I.%s is %L', $2::text, name, obj_description(oid, 'pg_class')) as statement
                   from live
                  where obj_description(oid, 'pg_class') is not null
                 union all
                 select format('alter table %I.%s set (%s)', $2::text, name, array_to_string(reloptions, ', '))
                   from live
                  where reloptions is not null
                 union all
                 select format('alter table %I.%s owner to %I', $2::text, name, pg_get_userbyid(relowner))
                   from live
                 union all
                 select format('grant %s on %I.%s to %s%s', granted.privilege_type, $2::text, name
                              , case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end
                              , case when granted.is_grantable then ' with grant option' else '' end)
                   from live
                  cross join lateral aclexplode(relacl) as granted
                  where granted.grantee <> relowner
                 union all
                 select format('grant %s (%I) on %I.%s to %s%s', granted.privilege_type, attname, $2::text, name
                              , case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end
                              , case when granted.is_grantable then ' with grant option' else '' end)
                   from live
                   join pg_attribute on attrelid = live.oid and attnum > 0 and not attisdropped
                  cross join lateral aclexplode(attacl) as granted
                 union all
                 select format('grant %s on sequence %s to %s%s', granted.privilege_type
                              , pg_get_serial_sequence(format('%I.%s', $2::text, name), attname)
                              , case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end
                              , case when granted.is_grantable then ' with grant option' else '' end)
                   from live
                   join pg_attribute on attrelid = live.oid and attidentity <> ''
                   join pg_class as sequence on sequence.oid = pg_get_serial_sequence(live.oid::regclass::text, attname)::regclass
                  cross join lateral aclexplode(sequence.relacl) as granted
                  where granted.grantee <> sequence.relowner
                 union all
                 select format('alter table %I.%s alter column %I set statistics %s', $2::text, name, attname, attstattarget)
                   from live
                   join pg_attribute on attrelid = live.oid and attnum > 0 and not attisdropped
                  where attstattarget >= 0
               ) as all_of_them
        "#,
        &TABLES.map(str::to_owned),
        SCHEMA
    )
    .fetch_all(&mut *connection)
    .await?;
    for statement in statements {
        run(connection, statement).await?;
    }
    Ok(())
}

/// Copies rows of a table of the registry, which names people in a column: all of them, or those of some people.
pub(super) async fn copy_kept(
    connection: &mut PgConnection,
    (table, of_person): (&str, &str),
    columns: &[&str],
    people: Option<&[i64]>,
) -> Result<(), StoreError> {
    let columns = columns.join(", ");
    let overriding = if columns.starts_with("id, ") { " overriding system value" } else { "" };
    let into = format!("insert into {SCHEMA}.{table} ({columns}){overriding} select {columns} from {table}");
    let Some(people) = people else { return run(connection, into).await };
    let of_some = format!("{into} where {of_person} in (select unnest($1::bigint[]))");
    sqlx::query(AssertSqlSafe(of_some)).bind(people).execute(connection).await?;
    Ok(())
}

/// Makes the indexes and keys that the tables of the registry have, and checks foreign keys. Names of tables must be found in the
/// schema of the load first.
pub(super) async fn finish(connection: &mut PgConnection, live: &str, at: impl Fn(&str)) -> Result<(), StoreError> {
    // Keys that indexes enforce are made of the index, so that both have their name.
    let indexes = sqlx::query!(
        r#"
        select index.relname::text as "name!"
             , case when key.oid is null
                    then replace( pg_get_indexdef(index.oid)
                                , format(' ON %s.%s ', $2::text, quote_ident(live.relname))
                                , format(' ON %I.%s ', $3::text, quote_ident(live.relname)) )
                    else format('alter table %I.%s add constraint %I %s', $3::text, quote_ident(live.relname), key.conname
                               , pg_get_constraintdef(key.oid))
               end as "statement!"
             , case when obj_description(index.oid, 'pg_class') is not null
                    then format('comment on index %I.%I is %L', $3::text, index.relname, obj_description(index.oid, 'pg_class'))
               end as "comment"
          from unnest($1::text[]) with ordinality as wanted (name, place)
          join pg_class as live on live.relname = wanted.name and live.relnamespace = $2::text::regnamespace
          join pg_index on pg_index.indrelid = live.oid
          join pg_class as index on index.oid = pg_index.indexrelid
          left join pg_constraint as key on key.conindid = index.oid and key.conrelid = live.oid and key.contype in ('p', 'u', 'x')
         order by wanted.place, key.contype nulls last, index.relname
        "#,
        &TABLES.map(str::to_owned),
        live,
        SCHEMA
    )
    .fetch_all(&mut *connection)
    .await?;
    for index in indexes {
        at(&index.name);
        run(connection, index.statement).await?;
        if let Some(comment) = index.comment {
            run(connection, comment).await?;
        }
    }
    Ok(())
}

/// Reads the statements that make the foreign keys of the tables.
pub(super) async fn foreign_keys(connection: &mut PgConnection, live: &str) -> Result<Vec<String>, StoreError> {
    let statements = sqlx::query_scalar!(
        r#"
        select format('alter table %I.%s add constraint %I %s', $3::text, quote_ident(live.relname), key.conname
                     , pg_get_constraintdef(key.oid)) as "statement!"
          from pg_constraint as key
          join pg_class as live on live.oid = key.conrelid
         where live.relname = any($1)
           and live.relnamespace = $2::text::regnamespace
           and key.contype = 'f'
         order by live.relname, key.conname
        "#,
        &TABLES.map(str::to_owned),
        live,
        SCHEMA
    )
    .fetch_all(connection)
    .await?;
    Ok(statements)
}

/// Runs a statement that is put together of names.
pub(super) async fn run(connection: &mut PgConnection, statement: String) -> Result<(), StoreError> {
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}
