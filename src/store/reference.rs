//! Reads insurers and institutions: small tables that every process keeps a copy of.

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;

use crate::domain::{
    AnswerCharset, AnswerForm, DiseaseList, Institution, InstitutionCode, Insurer, InsurerNumber, ResultLists,
};

use super::rows::{StoredEnum, from_sql};
use super::{Store, StoreError};

/// The channel on which a change of insurers or institutions is announced when it commits.
pub const CHANGED: &str = "shikaku_reference_changed";

/// The checked query that reads institutions; `$which` is its `where` clause.
macro_rules! select_institutions {
    ($which:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            InstitutionRow,
            r#"
            select code, name, charset, result_lists, disease_list, visual_check
                 , case when active_from between '0001-01-01' and '9999-12-31' then active_from end as active_from
                 , case when active_through between '0001-01-01' and '9999-12-31' then active_through end as active_through
                 , active_through is null as "open!"
              from institution
            "# + $which
            $(, $argument)*
        )
    };
}

impl Store {
    /// Returns every insurer. An inner error means that one row holds an illegal value.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insurers(&self) -> Result<Vec<Result<Insurer, StoreError>>, StoreError> {
        let rows = sqlx::query!("select number, name from insurer").fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| insurer(&row.number, row.name)).collect())
    }

    /// Returns the insurer of this number; None if there is none.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn insurer(&self, number: InsurerNumber) -> Result<Option<Insurer>, StoreError> {
        let row = sqlx::query!("select number, name from insurer where number = $1", number.as_str())
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| insurer(&row.number, row.name)).transpose()
    }

    /// Returns the institution of this code; None if there is none.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn institution(&self, code: InstitutionCode) -> Result<Option<Institution>, StoreError> {
        let row = select_institutions!("where code = $1", code.as_str()).fetch_optional(self.pool()).await?;
        row.map(institution).transpose()
    }

    /// Returns every institution. An inner error means that one row holds an illegal value.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn institutions(&self) -> Result<Vec<Result<Institution, StoreError>>, StoreError> {
        let rows = select_institutions!("").fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(institution).collect())
    }
}

/// Returns the institutions in the order of their codes.
pub(super) async fn institutions_in_order(connection: &mut PgConnection) -> Result<Vec<Institution>, StoreError> {
    let rows = select_institutions!("order by code").fetch_all(connection).await?;
    rows.into_iter().map(institution).collect()
}

struct InstitutionRow {
    code: String,
    name: String,
    charset: i16,
    result_lists: i16,
    disease_list: i16,
    visual_check: bool,
    /// None if it is not a day of the calendar, such as -infinity.
    active_from: Option<SqlDate>,
    /// None if it is not a day of the calendar, or the institution is open.
    active_through: Option<SqlDate>,
    open: bool,
}

fn institution(row: InstitutionRow) -> Result<Institution, StoreError> {
    let wrong = |column| StoreError::illegal("institution", column).in_row("institution", &row.code);
    if row.active_through.is_none() && !row.open {
        return Err(wrong("active_through"));
    }
    Ok(Institution {
        code: InstitutionCode::parse(&row.code).map_err(|_| wrong("code"))?,
        form: AnswerForm {
            charset: AnswerCharset::of_number(row.charset).ok_or_else(|| wrong("charset"))?,
            result_lists: ResultLists::of_number(row.result_lists).ok_or_else(|| wrong("result_lists"))?,
            disease_list: DiseaseList::of_number(row.disease_list).ok_or_else(|| wrong("disease_list"))?,
        },
        visual_check: row.visual_check,
        active_from: from_sql(row.active_from).ok_or_else(|| wrong("active_from"))?,
        active_through: from_sql(row.active_through),
        name: row.name,
    })
}

pub(super) fn insurer(number: &str, name: String) -> Result<Insurer, StoreError> {
    let legal = InsurerNumber::parse(number);
    let number = legal.map_err(|_| StoreError::illegal("insurer", "number").in_row("insurer", number))?;
    Ok(Insurer { number, name })
}
