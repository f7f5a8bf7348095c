//! A coverage as a parameter of statements.

use jiff_sqlx::Date as SqlDate;

use crate::domain::{Coverage, Protection};
use crate::store::medical_aid::{MedicalTicketRow, ticket_keys};
use crate::store::rows::{
    DatedRatioRow, ElderlyCertificateRow, LimitCertificateRow, SpecificDiseaseRow, StoredEnum, rows_of, to_sql,
};

/// The columns of `coverage` that an insurer's registration determines.
#[derive(sqlx::Type)]
#[sqlx(type_name = "registered_coverage")]
pub(super) struct RegisteredCoverage {
    person_id: i64,
    acquired_on: SqlDate,
    lost_on: Option<SqlDate>,
    birth_on: SqlDate,
    card_issued_on: Option<SqlDate>,
    card_valid_from: Option<SqlDate>,
    card_valid_through: Option<SqlDate>,
    loss_reason: Option<i16>,
    relationship: Option<i16>,
    card_class: i16,
    sex: i16,
    sex_on_back: Option<i16>,
    search_key: String,
    insurer_number: String,
    symbol: Option<String>,
    number: String,
    branch: Option<String>,
    name: String,
    kana: Option<String>,
    other_name: Option<String>,
    other_kana: Option<String>,
    insured_name: Option<String>,
    post_number: Option<String>,
    address: Option<String>,
    ratios: Option<Vec<DatedRatioRow>>,
    elderly_certificates: Option<Vec<ElderlyCertificateRow>>,
    limit_certificates: Option<Vec<LimitCertificateRow>>,
    specific_disease_certificates: Option<Vec<SpecificDiseaseRow>>,
    medical_tickets: Option<Vec<MedicalTicketRow>>,
    ticket_keys: Option<Vec<String>>,
    address_withheld: bool,
    self_information_blocked: bool,
}

impl RegisteredCoverage {
    pub fn of(person_id: i64, protection: Protection, coverage: &Coverage) -> Self {
        let (identity, key) = (&coverage.identity, &coverage.key);
        let text = |text: Option<&str>| text.map(str::to_owned);
        Self {
            person_id,
            acquired_on: to_sql(coverage.acquired_on),
            lost_on: coverage.loss.map(|loss| to_sql(loss.on)),
            birth_on: to_sql(identity.birth_on.date()),
            card_issued_on: coverage.card.issued_on.map(to_sql),
            card_valid_from: coverage.card.valid_from.map(to_sql),
            card_valid_through: coverage.card.valid_through.map(to_sql),
            loss_reason: coverage.loss.map(|loss| loss.reason.number()),
            relationship: coverage.relationship.map(StoredEnum::number),
            card_class: coverage.card_class.number(),
            sex: identity.sex.number(),
            sex_on_back: identity.sex_on_back.map(StoredEnum::number),
            search_key: key.search_key().into_string(),
            insurer_number: key.insurer.as_str().to_owned(),
            symbol: text(key.symbol.as_ref().map(|symbol| symbol.as_str())),
            number: key.number.as_str().to_owned(),
            branch: text(key.branch.as_ref().map(|branch| branch.as_str())),
            name: identity.name.as_str().to_owned(),
            kana: text(identity.kana.as_ref().map(|kana| kana.as_str())),
            other_name: text(identity.other_name.as_ref().map(|name| name.as_str())),
            other_kana: text(identity.other_kana.as_ref().map(|kana| kana.as_str())),
            insured_name: text(identity.insured_name.as_ref().map(|name| name.as_str())),
            post_number: text(identity.post_number.as_ref().map(|post| post.as_str())),
            address: text(identity.address.as_ref().map(|address| address.as_str())),
            ratios: rows_of(&coverage.ratios),
            elderly_certificates: rows_of(&coverage.elderly),
            limit_certificates: rows_of(&coverage.limits),
            specific_disease_certificates: rows_of(&coverage.specific_diseases),
            medical_tickets: rows_of(&coverage.tickets),
            ticket_keys: ticket_keys(&coverage.tickets),
            address_withheld: protection.address_withheld,
            self_information_blocked: protection.self_information_blocked,
        }
    }

    pub fn person_id(&self) -> i64 {
        self.person_id
    }
}
