//! Finds people whose treatment is entrusted to an institution, for 委託先資格情報の一括取得.

use jiff_sqlx::Date as SqlDate;
use sqlx::PgConnection;

use crate::domain::{
    Beside, InstitutionCode, MedicalTicket, MedicalTreatment, Month, PersonId, PersonalText, Prescriber, TicketKind, Yen,
};

use super::StoreError;
use super::rows::{StoredEnum, legal, optional, period, to_sql};

/// Makes the key that `coverage.ticket_keys` holds for each ticket: the institution and the month.
pub(super) fn ticket_key(institution: InstitutionCode, month: Month) -> String {
    format!("{institution} {month}")
}

/// Returns the keys of a coverage's tickets without duplicates; None if there are no tickets.
pub(super) fn ticket_keys(tickets: &[MedicalTicket]) -> Option<Vec<String>> {
    let mut keys: Vec<String> = tickets.iter().map(|ticket| ticket_key(ticket.institution, ticket.month)).collect();
    keys.sort_unstable();
    keys.dedup();
    (!keys.is_empty()).then_some(keys)
}

/// Selects up to `most` people with a ticket of the month for the institution, in order of id, with ids above `after`.
pub(super) async fn select(
    connection: &mut PgConnection,
    institution: InstitutionCode,
    month: Month,
    after: PersonId,
    most: i64,
) -> Result<Vec<i64>, StoreError> {
    let people = sqlx::query_scalar!(
        r#"
        select distinct person_id
          from coverage
         where ticket_keys @> array[$1::text]
           and person_id > $2
         order by person_id
         limit $3
        "#,
        ticket_key(institution, month),
        after.0,
        most,
    )
    .fetch_all(connection)
    .await?;
    Ok(people)
}

#[derive(Debug, Clone, sqlx::Type)]
#[sqlx(type_name = "medical_ticket")]
pub(crate) struct MedicalTicketRow {
    kind: i16,
    valid_from: SqlDate,
    valid_through: SqlDate,
    issue_number: Option<String>,
    month: SqlDate,
    institution_code: String,
    institution_name: Option<String>,
    prescriber_code: Option<String>,
    prescriber_name: Option<String>,
    injuries: Option<Vec<String>>,
    treatment: i16,
    self_pay_yen: Option<i32>,
    district_contact: Option<String>,
    handling_contact: Option<String>,
    combined: bool,
    social_insurance: bool,
    infection: bool,
    elderly_care: bool,
    prefecture: bool,
    inconsistent: bool,
    remarks: Option<Vec<String>>,
}

impl From<&MedicalTicket> for MedicalTicketRow {
    fn from(ticket: &MedicalTicket) -> Self {
        let text = |text: &PersonalText| text.as_str().to_owned();
        let lines = |texts: &[PersonalText]| (!texts.is_empty()).then(|| texts.iter().map(text).collect());
        let prescriber = ticket.prescriber.as_ref();
        Self {
            kind: ticket.kind.number(),
            valid_from: to_sql(ticket.period.from()),
            valid_through: to_sql(ticket.period.through()),
            issue_number: ticket.issue_number.as_ref().map(text),
            month: to_sql(ticket.month.first_day()),
            institution_code: ticket.institution.as_str().to_owned(),
            institution_name: ticket.institution_name.as_ref().map(text),
            prescriber_code: prescriber.map(|prescriber| prescriber.institution.as_str().to_owned()),
            prescriber_name: prescriber.and_then(|prescriber| prescriber.name.as_ref()).map(text),
            injuries: lines(&ticket.injuries),
            treatment: ticket.treatment.number(),
            self_pay_yen: ticket.self_pay.map(|yen| i32::try_from(yen.amount()).unwrap_or(i32::MAX)),
            district_contact: ticket.district_contact.as_ref().map(text),
            handling_contact: ticket.handling_contact.as_ref().map(text),
            combined: ticket.combined,
            social_insurance: ticket.beside.social_insurance,
            infection: ticket.beside.infection,
            elderly_care: ticket.beside.elderly_care,
            prefecture: ticket.beside.prefecture,
            inconsistent: ticket.inconsistent,
            remarks: lines(&ticket.remarks),
        }
    }
}

const COLUMN: &str = "medical_tickets";

fn text(text: Option<String>) -> Result<Option<PersonalText>, StoreError> {
    optional(COLUMN, text, PersonalText::new)
}

fn lines(texts: Option<Vec<String>>) -> Result<Vec<PersonalText>, StoreError> {
    texts.unwrap_or_default().into_iter().map(|text| legal(COLUMN, PersonalText::new(text))).collect()
}

impl TryFrom<MedicalTicketRow> for MedicalTicket {
    type Error = StoreError;

    fn try_from(row: MedicalTicketRow) -> Result<Self, StoreError> {
        let prescriber = match row.prescriber_code {
            Some(code) => Some(Prescriber {
                institution: legal(COLUMN, InstitutionCode::parse(&code))?,
                name: text(row.prescriber_name)?,
            }),
            None => None,
        };
        Ok(Self {
            kind: TicketKind::read(row.kind)?,
            period: period(COLUMN, row.valid_from, row.valid_through)?,
            issue_number: text(row.issue_number)?,
            month: Month::of(row.month.to_jiff()),
            institution: legal(COLUMN, InstitutionCode::parse(&row.institution_code))?,
            institution_name: text(row.institution_name)?,
            prescriber,
            injuries: lines(row.injuries)?,
            treatment: MedicalTreatment::read(row.treatment)?,
            self_pay: row.self_pay_yen.map(|yen| legal(COLUMN, Yen::try_from(i64::from(yen)))).transpose()?,
            district_contact: text(row.district_contact)?,
            handling_contact: text(row.handling_contact)?,
            combined: row.combined,
            beside: Beside {
                social_insurance: row.social_insurance,
                infection: row.infection,
                elderly_care: row.elderly_care,
                prefecture: row.prefecture,
            },
            inconsistent: row.inconsistent,
            remarks: lines(row.remarks)?,
        })
    }
}
