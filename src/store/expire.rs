//! Removes expired batches and their results.

use jiff::civil::Date;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};

use crate::domain::Moment;

use super::rows::to_sql;
use super::{Store, StoreError};

impl Store {
    /// Removes questions and results of batches that expired before `gone`, and the batches themselves that expired before
    /// `forgotten`, in both domain time and system time. Also removes the counts of people of days before `today`. Returns how
    /// many batches lost their result.
    ///
    /// # Errors
    /// If the database fails; then nothing has changed.
    pub async fn expire_batches(&self, gone: Moment, forgotten: Moment, today: Date) -> Result<u64, StoreError> {
        let sql = |at: Moment| -> (SqlTimestamp, SqlTimestamp) { (at.domain.to_sqlx(), at.system.to_sqlx()) };
        let ((gone, gone_system), (forgotten, forgotten_system)) = (sql(gone), sql(forgotten));
        let mut transaction = self.pool().begin().await?;
        // The batches are selected once: the slices of a batch added later would not be locked.
        let due = sqlx::query_scalar!(
            "select id from batch where expires_at < $1 and coalesce(retained_until, expires_at) < $2",
            gone,
            gone_system
        )
        .fetch_all(&mut *transaction)
        .await?;
        // Locked in order and before the batches, as in every transaction, so that none deadlock.
        sqlx::query!(
            r#"
            select batch_id, place
              from batch_slice
             where batch_id = any($1)
             order by batch_id, place
               for update
            "#,
            &due
        )
        .fetch_all(&mut *transaction)
        .await?;
        let batches = sqlx::query!(
            r#"
            select id, state <> 5 as "has_result!", is_forgotten as "is_forgotten!"
              from batch
             cross join lateral
                   (select expires_at < $3 and coalesce(retained_until, expires_at) < $4 as is_forgotten) as forgotten
             where id = any($5)
               and expires_at < $1
               and coalesce(retained_until, expires_at) < $2
               and (state <> 5 or is_forgotten)
             order by id
               for update of batch
            "#,
            gone,
            gone_system,
            forgotten,
            forgotten_system,
            &due
        )
        .fetch_all(&mut *transaction)
        .await?;
        let (forgotten, kept): (Vec<_>, Vec<_>) = batches.into_iter().partition(|batch| batch.is_forgotten);
        let expired = kept.iter().filter(|batch| batch.has_result).count();
        let ids = |batches: Vec<_>, id: fn(&_) -> i64| batches.iter().map(id).collect::<Vec<i64>>();
        let (forgotten, kept) = (ids(forgotten, |batch| batch.id), ids(kept, |batch| batch.id));
        sqlx::query!("delete from batch_slice where batch_id = any($1)", &kept).execute(&mut *transaction).await?;
        sqlx::query!("update batch set state = 5, slices = 0, open_slices = 0 where id = any($1)", &kept)
            .execute(&mut *transaction)
            .await?;
        // Deletes the remaining slices with them.
        sqlx::query!("delete from batch where id = any($1)", &forgotten).execute(&mut *transaction).await?;
        sqlx::query!(
            r#"
            delete from bulk_day
             where (institution_code, day) in
                   (select institution_code, day from bulk_day where day < $1 order by institution_code, day for update)
            "#,
            to_sql(today)
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(u64::try_from(expired).unwrap_or(u64::MAX))
    }
}
