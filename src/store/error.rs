//! Why the database could not do what was asked.

use std::borrow::Cow;
use std::fmt::Display;

/// Why the database could not do what was asked. Holds nothing about a person beyond the id of a row.
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
    /// A stored value that the domain does not know, or that cannot be read at all.
    #[error("table {table}, column {column}, row {}: a stored value is not a legal one", row.as_deref().unwrap_or("unknown"))]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// In which column.
        column: Cow<'static, str>,
        /// In which row: its surrogate id, or the person whose it is.
        row: Option<String>,
    },
    /// The schema is older than this program.
    #[error("the schema lacks migration {0}; run `shikaku migrate`")]
    Outdated(i64),
    /// The schema is that of this program, and the consents that an earlier one kept are not where this one looks for them.
    #[error("consents in the access log have not been copied yet; run `shikaku migrate`")]
    Uncopied,
}

impl StoreError {
    /// A stored value that is not a legal one, in a row that is not known here.
    #[must_use]
    pub const fn illegal(table: &'static str, column: &'static str) -> Self {
        Self::Inconsistent { table, column: Cow::Borrowed(column), row: None }
    }

    /// The same error, of a row of a table, where it is about a stored value and its row is not known yet.
    #[must_use]
    pub(super) fn in_row(self, table: &'static str, row: impl Display) -> Self {
        match self {
            Self::Inconsistent { column, row: None, .. } => Self::Inconsistent { table, column, row: Some(row.to_string()) },
            other => other,
        }
    }

    /// Whether the database has no room on its disk: it answers, and what was asked can be done when somebody has made room.
    #[must_use]
    pub fn is_full_disk(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().and_then(|error| error.code()).as_deref() == Some(DISK_FULL)
    }

    /// Whether the database answers, but holds or was asked for what cannot be: another try comes to the same.
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

/// SQLSTATE of a disk without room.
const DISK_FULL: &str = "53100";

/// Classes of SQLSTATE that tell of the server, the connection or the moment, not of what is stored: connection, plans that are out of
/// date (0A, 26), transaction state, authorization, catalog, rollback, a schema that is not there (42), resources (a full disk among
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
