//! Records what insurers sent, reads it again, and undoes what loads of files make untrue.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use crate::domain::{InsurerNumber, NoticeContent, NoticeRecord, NoticeState};

use super::rows::StoredEnum;
use super::{Store, StoreError};

/// An entry to record.
pub(super) struct Written<'a> {
    pub id: Option<&'a str>,
    pub state: NoticeState,
    pub at: Option<Timestamp>,
    pub person: Option<i64>,
    pub reason: Option<String>,
    pub content: Option<&'a NoticeContent>,
}

/// What a load changed of people. That undoes the entries about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// Their rows or coverages.
    Registrations,
    /// Their certificates of cards.
    Cards,
    /// Everything: they end.
    Everything,
}

/// The checked query that reads entries; `$which` is what follows its `from` clause.
macro_rules! select_notices {
    ($which:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            NoticeRow,
            r#"
            select notice.seq, notice.file_id, notice.place, notice.notice_id, notice.outcome, notice.registered_at
                 , notice.reason, notice.content, notice_file.received_at
              from notice
              join notice_file on notice_file.id = notice.file_id
            "# + $which,
            $($argument),*
        )
    };
}

struct NoticeRow {
    seq: i64,
    file_id: i64,
    place: i32,
    notice_id: Option<String>,
    outcome: i16,
    registered_at: Option<SqlTimestamp>,
    reason: Option<String>,
    content: Option<String>,
    received_at: SqlTimestamp,
}

impl NoticeRow {
    fn read(self) -> Result<NoticeRecord, StoreError> {
        let state = NoticeState::of_number(self.outcome).ok_or(StoreError::illegal("notice", NoticeState::COLUMN))?;
        Ok(NoticeRecord {
            seq: self.seq,
            file: self.file_id,
            place: self.place,
            id: self.notice_id,
            state,
            received_at: self.received_at.to_jiff(),
            registered_at: self.registered_at.map(SqlTimestamp::to_jiff),
            reason: self.reason,
            content: self.content.map(NoticeContent),
        })
    }
}

impl Store {
    /// Lists up to `most` entries of an insurer in the order in which they came, with numbers above `after`.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn notices(&self, insurer: InsurerNumber, after: i64, most: i64) -> Result<Vec<NoticeRecord>, StoreError> {
        let rows = select_notices!(
            r#"
             where notice.insurer_number = $1
               and notice.seq > $2
             order by notice.seq
             limit $3
            "#,
            insurer.as_str(),
            after,
            most
        )
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(NoticeRow::read).collect()
    }

    /// Returns the entry of this id that is applied; None if there is none, or if a load undid it.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn notice(&self, insurer: InsurerNumber, id: &str) -> Result<Option<NoticeRecord>, StoreError> {
        let row = select_notices!(
            r#"
             where notice.insurer_number = $1
               and notice.notice_id = $2
               and notice.outcome = 1
            "#,
            insurer.as_str(),
            id
        )
        .fetch_optional(self.pool())
        .await?;
        row.map(NoticeRow::read).transpose()
    }
}

/// Returns whether there is such an insurer.
pub(super) async fn is_insurer(connection: &mut PgConnection, insurer: InsurerNumber) -> Result<bool, StoreError> {
    let known =
        sqlx::query_scalar!(r#"select exists (select from insurer where number = $1) as "known!""#, insurer.as_str())
            .fetch_one(connection)
            .await?;
    Ok(known)
}

/// Returns the contents of those entries of an insurer that are applied, by their ids.
pub(super) async fn applied<'a>(
    connection: &mut PgConnection,
    insurer: InsurerNumber,
    ids: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, NoticeContent>, StoreError> {
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    let rows = sqlx::query!(
        r#"
        select notice_id as "id!", content as "content!"
          from notice
         where insurer_number = $1
           and notice_id = any($2)
           and outcome = 1
        "#,
        insurer.as_str(),
        &ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, NoticeContent(row.content))).collect())
}

/// Returns the contents of those entries of an insurer that loads undid, by their ids. Several may have had one id.
pub(super) async fn undone<'a>(
    connection: &mut PgConnection,
    insurer: InsurerNumber,
    ids: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, Vec<NoticeContent>>, StoreError> {
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    let rows = sqlx::query!(
        r#"
        select distinct notice_id as "id!", content as "content!"
          from notice
         where insurer_number = $1
           and notice_id = any($2)
           and outcome = 4
        "#,
        insurer.as_str(),
        &ids
    )
    .fetch_all(connection)
    .await?;
    let mut undone: HashMap<String, Vec<NoticeContent>> = HashMap::new();
    for row in rows {
        undone.entry(row.id).or_default().push(NoticeContent(row.content));
    }
    Ok(undone)
}

/// Undoes the entries that are applied to these people, of the kinds that are about what a load changed. Costs nothing while no insurer
/// has sent any.
pub(super) async fn undo(connection: &mut PgConnection, people: &[i64], changed: Changed) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let links = match changed {
        Changed::Registrations => Some(false),
        Changed::Cards => Some(true),
        Changed::Everything => None,
    };
    // Contents are compact JSON, in whose texts no quotation mark stands without a backslash. Person by person, because a table without
    // statistics would be read from end to end for a list of people. Nobody else writes entries meanwhile.
    sqlx::query!(
        r#"
        update notice
           set outcome = 4
         where ctid = any (array (
                   select entry.row
                     from unnest($1::bigint[]) as changed (id)
                    cross join lateral (
                              select notice.ctid as row
                                from notice
                               where notice.person_id = changed.id
                                 and notice.outcome = 1
                                 and ($2::boolean is null or (notice.content like '%"kind":"card_link"%') = $2)
                              offset 0
                          ) as entry
                    where exists (select from notice)
               ))
        "#,
        people,
        links
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records a file, received at the time `at`, with its entries in their order; returns its id.
pub(super) async fn record(
    connection: &mut PgConnection,
    insurer: InsurerNumber,
    at: Timestamp,
    entries: &[Written<'_>],
) -> Result<i64, StoreError> {
    let file = sqlx::query_scalar!(
        "insert into notice_file (insurer_number, received_at) values ($1, $2) returning id",
        insurer.as_str(),
        at.to_sqlx() as SqlTimestamp
    )
    .fetch_one(&mut *connection)
    .await?;
    let places: Vec<i32> = (1..).zip(entries).map(|(place, _)| place).collect();
    let ids: Vec<Option<String>> = entries.iter().map(|entry| entry.id.map(str::to_owned)).collect();
    let outcomes: Vec<i16> = entries.iter().map(|entry| entry.state.number()).collect();
    let times: Vec<Option<SqlTimestamp>> = entries.iter().map(|entry| entry.at.map(ToSqlx::to_sqlx)).collect();
    let people: Vec<Option<i64>> = entries.iter().map(|entry| entry.person).collect();
    let reasons: Vec<Option<String>> = entries.iter().map(|entry| entry.reason.clone()).collect();
    let contents: Vec<Option<String>> = entries.iter().map(|entry| entry.content.map(|content| content.0.clone())).collect();
    sqlx::query!(
        r#"
        insert into notice
             (file_id, place, insurer_number, notice_id, outcome, registered_at, person_id, reason, content)
        select $1, unnest($2::integer[]), $3, unnest($4::text[]), unnest($5::smallint[]), unnest($6::timestamptz[])
             , unnest($7::bigint[]), unnest($8::text[]), unnest($9::text[])
        "#,
        file,
        &places,
        insurer.as_str(),
        &ids as &[Option<String>],
        &outcomes,
        &times as &[Option<SqlTimestamp>],
        &people as &[Option<i64>],
        &reasons as &[Option<String>],
        &contents as &[Option<String>]
    )
    .execute(connection)
    .await?;
    Ok(file)
}
