//! Insurers and institutions: small tables that every process keeps a copy of.

use jiff_sqlx::Date as SqlDate;

use crate::domain::{
    AnswerCharset, AnswerForm, DiseaseList, Institution, InstitutionCode, Insurer, InsurerNumber, ResultLists,
};

use super::rows::{StoredEnum, from_sql};
use super::{Store, StoreError};

/// The channel on which a change of insurers or institutions is announced when it commits.
pub const CHANGED: &str = "shikaku_reference_changed";

impl Store {
    /// Every insurer.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub async fn insurers(&self) -> Result<Vec<Insurer>, StoreError> {
        let rows = sqlx::query!("select number, name from insurer").fetch_all(self.pool()).await?;
        rows.into_iter().map(|row| insurer(&row.number, row.name)).collect()
    }

    /// The insurer of this number.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub async fn insurer(&self, number: InsurerNumber) -> Result<Option<Insurer>, StoreError> {
        let row = sqlx::query!("select number, name from insurer where number = $1", number.as_str())
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| insurer(&row.number, row.name)).transpose()
    }

    /// The institution of this code.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub async fn institution(&self, code: InstitutionCode) -> Result<Option<Institution>, StoreError> {
        let row = sqlx::query_as!(
            InstitutionRow,
            r#"
            select code, name, charset, result_lists, disease_list, visual_check, active_from, active_through
              from institution
             where code = $1
            "#,
            code.as_str()
        )
        .fetch_optional(self.pool())
        .await?;
        row.map(institution).transpose()
    }

    /// Every institution.
    ///
    /// # Errors
    /// When the database fails or holds what it must not.
    pub async fn institutions(&self) -> Result<Vec<Institution>, StoreError> {
        let rows = sqlx::query_as!(
            InstitutionRow,
            r#"
            select code, name, charset, result_lists, disease_list, visual_check, active_from, active_through
              from institution
            "#
        )
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(institution).collect()
    }
}

struct InstitutionRow {
    code: String,
    name: String,
    charset: i16,
    result_lists: i16,
    disease_list: i16,
    visual_check: bool,
    active_from: SqlDate,
    active_through: Option<SqlDate>,
}

fn institution(row: InstitutionRow) -> Result<Institution, StoreError> {
    let code =
        InstitutionCode::parse(&row.code).map_err(|_| StoreError::Inconsistent { table: "institution", column: "code" })?;
    Ok(Institution {
        code,
        name: row.name,
        form: AnswerForm {
            charset: AnswerCharset::read(row.charset)?,
            result_lists: ResultLists::read(row.result_lists)?,
            disease_list: DiseaseList::read(row.disease_list)?,
        },
        visual_check: row.visual_check,
        active_from: row.active_from.to_jiff(),
        active_through: from_sql(row.active_through),
    })
}

pub(super) fn insurer(number: &str, name: String) -> Result<Insurer, StoreError> {
    let number =
        InsurerNumber::parse(number).map_err(|_| StoreError::Inconsistent { table: "insurer", column: "number" })?;
    Ok(Insurer { number, name })
}
