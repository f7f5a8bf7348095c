//! Why the database could not do what was asked.

use std::borrow::Cow;
use std::fmt::Display;

use crate::language::Japanese;

/// Why the database could not do what was asked. Holds nothing about a person except the id of a row.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The driver or the server failed.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// The server did not answer in time.
    #[error("database: no answer in time")]
    Silent,
    /// A migration failed, or the schema is newer than this program.
    #[error("schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A migration needs locks that other sessions hold.
    #[error(
        "schema: migration {0} waits for locks that other sessions hold; nothing of it was applied. End long transactions \
         (pg_stat_activity lists them), then run `shikaku migrate` again"
    )]
    MigrationWaits(i64),
    /// A stored value that the domain does not know, or that cannot be read.
    #[error("table {table}, column {column}, row {}: a stored value is not a legal one", row.as_deref().unwrap_or("unknown"))]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: Cow<'static, str>,
        /// The row: its surrogate id, or the id of its person.
        row: Option<String>,
    },
    /// The schema is older than this program.
    #[error("the schema lacks migration {0}; run `shikaku migrate`")]
    Outdated(i64),
    /// The schema is current, but the consents of an earlier version have not been copied to where this one reads them.
    #[error("consents in the access log have not been copied yet; run `shikaku migrate`")]
    Uncopied,
    /// Something hangs on the tables of the registry that a load would replace: descriptions by the database, with commas.
    #[error(
        "this load puts new tables in the place of the registry's, and these would be lost: {0}. Drop them, load, and make them again; \
         nothing was loaded"
    )]
    Dependants(String),
    /// A role that could not finish a load.
    #[error(
        "the role {0} cannot load these files: it needs CREATE on the database, and must own the tables person, coverage and \
         card_certificate; nothing was loaded"
    )]
    MayNotLoad(String),
}

impl Japanese for StoreError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Database(sqlx::Error::Io(error)) => format!("データベース: {}", error.japanese()).into(),
            Self::Database(error) => format!("データベース: {error}").into(),
            Self::Silent => "データベース: 時間内に応答がありません".into(),
            Self::Migrate(error) => format!("スキーマ: {error}").into(),
            Self::MigrationWaits(number) => format!(
                "スキーマ: マイグレーション{number}が、ほかのセッションのロックを待っています。\
                 まだ何も適用していません。\
                 長いトランザクションを終わらせてから（pg_stat_activityで一覧できます）、\
                 `shikaku migrate`をもう一度実行してください"
            )
            .into(),
            Self::Inconsistent { table, column, row } => {
                format!("テーブル{table}の列{column}、行{}: 保存されている値が不正です", row.as_deref().unwrap_or("不明"))
                    .into()
            }
            Self::Outdated(number) => {
                format!("スキーマにマイグレーション{number}が適用されていません。`shikaku migrate`を実行してください").into()
            }
            Self::Dependants(found) => format!(
                "この読み込みは登録のテーブルを新しいものに置き換えるため、次のものが失われます: {found}。\
                 削除してから読み込み、作り直してください。何も読み込んでいません"
            )
            .into(),
            Self::MayNotLoad(role) => format!(
                "ロール{role}ではこのファイルを読み込めません。データベースのCREATE権限と、テーブルperson、coverage、card_certificateの\
                 所有が必要です。何も読み込んでいません"
            )
            .into(),
            Self::Uncopied => "アクセス記録の同意がまだ複写されていません。`shikaku migrate`を実行してください".into(),
        }
    }
}

impl StoreError {
    /// Makes an error for an illegal stored value in a row that is not known here.
    #[must_use]
    pub const fn illegal(table: &'static str, column: &'static str) -> Self {
        Self::Inconsistent { table, column: Cow::Borrowed(column), row: None }
    }

    /// Adds the table and the row to an error about a stored value whose row is not known yet; returns other errors unchanged.
    #[must_use]
    pub(super) fn in_row(self, table: &'static str, row: impl Display) -> Self {
        match self {
            Self::Inconsistent { column, row: None, .. } => Self::Inconsistent { table, column, row: Some(row.to_string()) },
            other => other,
        }
    }

    /// Returns whether the database's disk is full: it answers, and the statement can succeed once there is room.
    #[must_use]
    pub fn is_full_disk(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().and_then(|error| error.code()).as_deref() == Some(DISK_FULL)
    }

    /// Returns whether the database answers, but holds an illegal value or was sent one: another try would fail too.
    #[must_use]
    pub fn is_inconsistency(&self) -> bool {
        match self {
            Self::Inconsistent { .. } => true,
            Self::Database(error) => {
                let code = error.as_database_error().and_then(|error| error.code());
                code.is_some_and(|code| !PASSING.iter().any(|class| code.starts_with(class)))
            }
            _ => false,
        }
    }
}

/// SQLSTATE of a full disk.
const DISK_FULL: &str = "53100";

/// Classes of SQLSTATE that are about the server, the connection or the moment, not about stored values: connection, outdated
/// plans (0A, 26), transaction state, authorization, catalog, rollback, missing schema objects (42), resources (a full disk among
/// them), object state, intervention, system.
const PASSING: [&str; 12] = ["08", "0A", "25", "26", "28", "3D", "40", "42", "53", "55", "57", "58"];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            // The source may repeat the value.
            sqlx::Error::ColumnDecode { index, .. } => {
                // Checked queries count their columns from 0.
                let column = index.parse::<usize>().map_or(index, |index| format!("{} of the result", index + 1));
                Self::Inconsistent { table: "(result)", column: column.into(), row: None }
            }
            sqlx::Error::Decode(_) => Self::illegal("(result)", "(unknown)"),
            other => Self::Database(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_cannot_be_read_is_an_inconsistency_and_is_not_repeated() {
        let error = sqlx::Error::ColumnDecode { index: "9".to_owned(), source: "secret".into() };
        let error = StoreError::from(error).in_row("coverage", 12);
        assert!(error.is_inconsistency());
        assert_eq!(error.to_string(), "table coverage, column 10 of the result, row 12: a stored value is not a legal one");
        assert!(!format!("{error:?}").contains("secret"));
    }

    #[test]
    fn the_first_row_that_is_known_stays() {
        let error = StoreError::illegal("coverage", "sex").in_row("coverage", 12).in_row("batch", 1);
        assert!(error.to_string().starts_with("table coverage, column sex, row 12"), "{error}");
    }

    #[test]
    fn a_database_that_is_away_is_no_inconsistency() {
        assert!(!StoreError::from(sqlx::Error::PoolTimedOut).is_inconsistency());
        assert!(!StoreError::Silent.is_inconsistency());
    }
}
