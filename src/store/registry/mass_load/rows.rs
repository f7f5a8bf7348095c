//! Rows of new people for COPY: the columns of `person`, `coverage` and `card_certificate`.

use jiff::Timestamp;

use crate::domain::{Coverage, MedicalTicket, PersonalText, Protection};
use crate::store::StoreError;
use crate::store::jlis::{CardRecord, stored_state};
use crate::store::medical_aid::ticket_keys;
use crate::store::registry::NewPerson;
use crate::store::rows::StoredEnum;

use sqlx::PgConnection;

use super::copy::{CopyRows, Fields};

/// The columns of each table, in the order in which they are written. A test holds that they are all columns of the table.
pub(super) const PERSON: [&str; 7] =
    ["id", "fixture_id", "about", "address_withheld", "self_information_blocked", "died_on", "recorded_at"];
/// See [`PERSON`].
pub(super) const COVERAGE: [&str; 35] = [
    "id",
    "person_id",
    "acquired_on",
    "lost_on",
    "birth_on",
    "card_issued_on",
    "card_valid_from",
    "card_valid_through",
    "loss_reason",
    "relationship",
    "card_class",
    "sex",
    "sex_on_back",
    "search_key",
    "insurer_number",
    "symbol",
    "number",
    "branch",
    "name",
    "kana",
    "other_name",
    "other_kana",
    "insured_name",
    "post_number",
    "address",
    "ratios",
    "elderly_certificates",
    "limit_certificates",
    "specific_disease_certificates",
    "medical_tickets",
    "ticket_keys",
    "address_withheld",
    "self_information_blocked",
    "sole",
    "recorded_at",
];
/// See [`PERSON`].
pub(super) const CARD: [&str; 12] = [
    "issuer_key_id",
    "serial",
    "person_id",
    "kind",
    "state",
    "revocation_reason",
    "changed_at",
    "as_of",
    "valid_from",
    "valid_through",
    "superseded_by_issuer_key_id",
    "superseded_by_serial",
];

/// OIDs of the types of certificates, which each database has its own of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Types {
    dated_ratio: u32,
    elderly: u32,
    limit: u32,
    specific_disease: u32,
    ticket: u32,
}

impl Types {
    pub async fn read(connection: &mut PgConnection) -> Result<Self, StoreError> {
        let row = sqlx::query!(
            r#"
            select 'dated_ratio'::regtype::oid as "dated_ratio!"
                 , 'elderly_certificate'::regtype::oid as "elderly!"
                 , 'limit_certificate'::regtype::oid as "limit!"
                 , 'specific_disease_certificate'::regtype::oid as "specific_disease!"
                 , 'medical_ticket'::regtype::oid as "ticket!"
            "#
        )
        .fetch_one(connection)
        .await?;
        Ok(Self {
            dated_ratio: row.dated_ratio.0,
            elderly: row.elderly.0,
            limit: row.limit.0,
            specific_disease: row.specific_disease.0,
            ticket: row.ticket.0,
        })
    }
}

pub(super) fn person(rows: &mut CopyRows, id: i64, person: &NewPerson, recorded_at: Timestamp) {
    let mut row = rows.row(PERSON.len());
    row.bigint(id);
    row.text(&person.fixture_id);
    row.text(&person.about);
    protection(&mut row, person.protection);
    row.maybe_date(person.died_on);
    row.instant(recorded_at);
}

fn protection(row: &mut Fields<'_>, protection: Protection) {
    row.boolean(protection.address_withheld);
    row.boolean(protection.self_information_blocked);
}

/// Writes a coverage of the person with this id.
pub(super) fn coverage(
    rows: &mut CopyRows,
    types: Types,
    (id, person_id): (i64, i64),
    person: &NewPerson,
    coverage: &Coverage,
    recorded_at: Timestamp,
) {
    let (key, identity) = (&coverage.key, &coverage.identity);
    let mut row = rows.row(COVERAGE.len());
    row.bigint(id);
    row.bigint(person_id);
    row.date(coverage.acquired_on);
    row.maybe_date(coverage.loss.map(|loss| loss.on));
    row.date(identity.birth_on.date());
    row.maybe_date(coverage.card.issued_on);
    row.maybe_date(coverage.card.valid_from);
    row.maybe_date(coverage.card.valid_through);
    row.maybe_smallint(coverage.loss.map(|loss| loss.reason.number()));
    row.maybe_smallint(coverage.relationship.map(StoredEnum::number));
    row.smallint(coverage.card_class.number());
    row.smallint(identity.sex.number());
    row.maybe_smallint(identity.sex_on_back.map(StoredEnum::number));
    row.text(key.search_key().as_str());
    row.text(key.insurer.as_str());
    row.maybe_text(key.symbol.as_ref().map(|symbol| symbol.as_str()));
    row.text(key.number.as_str());
    row.maybe_text(key.branch.as_ref().map(|branch| branch.as_str()));
    row.text(identity.name.as_str());
    for text in [&identity.kana, &identity.other_name, &identity.other_kana, &identity.insured_name] {
        personal(&mut row, text.as_ref());
    }
    row.maybe_text(identity.post_number.as_ref().map(|post| post.as_str()));
    personal(&mut row, identity.address.as_ref());
    row.composites(types.dated_ratio, coverage.ratios.iter(), 3, |fields, ratio| {
        fields.date(ratio.period.from());
        fields.date(ratio.period.through());
        fields.smallint(ratio.ratio.number());
    });
    row.composites(types.elderly, coverage.elderly.iter(), 4, |fields, certificate| {
        fields.maybe_date(certificate.issued_on);
        fields.date(certificate.period.from());
        fields.date(certificate.period.through());
        fields.smallint(certificate.ratio.number());
    });
    row.composites(types.limit, coverage.limits.iter(), 6, |fields, certificate| {
        fields.smallint(certificate.kind.number());
        fields.smallint(certificate.category.number());
        fields.maybe_date(certificate.issued_on);
        fields.date(certificate.period.from());
        fields.date(certificate.period.through());
        fields.maybe_date(certificate.long_stay_on);
    });
    row.composites(types.specific_disease, coverage.specific_diseases.iter(), 5, |fields, certificate| {
        fields.smallint(certificate.disease.number());
        fields.maybe_date(certificate.issued_on);
        fields.date(certificate.period.from());
        fields.date(certificate.period.through());
        fields.maybe_integer(Some(i32::try_from(certificate.self_pay.amount()).unwrap_or(i32::MAX)));
    });
    row.composites(types.ticket, coverage.tickets.iter(), 21, ticket);
    let keys = ticket_keys(&coverage.tickets).unwrap_or_default();
    row.texts(keys.iter().map(String::as_str));
    protection(&mut row, person.protection);
    row.boolean(person.coverages.len() == 1);
    row.instant(recorded_at);
}

fn personal(row: &mut Fields<'_>, text: Option<&PersonalText>) {
    row.maybe_text(text.map(PersonalText::as_str));
}

fn ticket(fields: &mut Fields<'_>, ticket: &MedicalTicket) {
    let prescriber = ticket.prescriber.as_ref();
    fields.smallint(ticket.kind.number());
    fields.date(ticket.period.from());
    fields.date(ticket.period.through());
    personal(fields, ticket.issue_number.as_ref());
    fields.date(ticket.month.first_day());
    fields.text(ticket.institution.as_str());
    personal(fields, ticket.institution_name.as_ref());
    fields.maybe_text(prescriber.map(|prescriber| prescriber.institution.as_str()));
    personal(fields, prescriber.and_then(|prescriber| prescriber.name.as_ref()));
    fields.texts(ticket.injuries.iter().map(PersonalText::as_str));
    fields.smallint(ticket.treatment.number());
    fields.maybe_integer(ticket.self_pay.map(|yen| i32::try_from(yen.amount()).unwrap_or(i32::MAX)));
    personal(fields, ticket.district_contact.as_ref());
    personal(fields, ticket.handling_contact.as_ref());
    fields.boolean(ticket.combined);
    for payer in
        [ticket.beside.social_insurance, ticket.beside.infection, ticket.beside.elderly_care, ticket.beside.prefecture]
    {
        fields.boolean(payer);
    }
    fields.boolean(ticket.inconsistent);
    fields.texts(ticket.remarks.iter().map(PersonalText::as_str));
}

pub(super) fn card(rows: &mut CopyRows, person_id: i64, card: &CardRecord) {
    let (state, reason) = stored_state(card.state);
    let mut row = rows.row(CARD.len());
    row.octets(&card.id.issuer);
    row.octets(card.id.serial.as_bytes());
    row.bigint(person_id);
    row.smallint(card.kind.number());
    row.smallint(state);
    row.maybe_smallint(reason);
    row.instant(card.changed_at);
    row.maybe_instant(card.as_of);
    row.instant(card.valid_from);
    row.instant(card.valid_through);
    row.maybe_octets(card.superseded_by.as_ref().map(|id| id.issuer.as_slice()));
    row.maybe_octets(card.superseded_by.as_ref().map(|id| id.serial.as_bytes()));
}
