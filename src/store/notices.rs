//! Records what insurers sent, and reads it again.

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

    /// Returns the entry of this id that was applied; None if there is none.
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

/// Returns the contents of those entries of an insurer that were applied, by their ids.
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
