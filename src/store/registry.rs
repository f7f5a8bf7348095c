//! Loading insurers, institutions and people: one transaction, all or nothing.

use jiff::civil::Date;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Connection, PgConnection, Postgres, Transaction};

use crate::domain::{CardId, CardState, Coverage, Institution, Insurer, Protection};

use super::jlis::{CardRecord, insert_card};
use super::medical_aid::{MedicalTicketRow, ticket_keys};
use super::reference::CHANGED;
use super::rows::{
    DatedRatioRow, ElderlyCertificateRow, LimitCertificateRow, SpecificDiseaseRow, StoredEnum, rows_of, to_sql,
};
use super::{Store, StoreError};

/// A person to load.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The stable id: loading the same id again replaces what was loaded before, under the same surrogate id.
    pub fixture_id: String,
    /// One line about the person.
    pub about: String,
    /// Measures of protection.
    pub protection: Protection,
    /// 死亡日.
    pub died_on: Option<Date>,
    /// Registrations by insurers.
    pub coverages: Vec<Coverage>,
    /// Certificates of the person's card and phones. Others that J-LIS knows stay, but are not in use beside these.
    pub cards: Vec<NewCard>,
}

/// A certificate to load.
#[derive(Debug, Clone)]
pub struct NewCard {
    /// Issuer and serial number.
    pub id: CardId,
    /// What J-LIS says of it; `None` when J-LIS does not know it.
    pub record: Option<CardRecord>,
}

/// What a load put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Insurers in the files.
    pub insurers: usize,
    /// Institutions in the files.
    pub institutions: usize,
    /// People in the files.
    pub people: usize,
    /// Coverages of those people.
    pub coverages: usize,
    /// Certificates of those people.
    pub cards: usize,
}

impl Store {
    /// Loads everything in one transaction; with `reset` the registry is emptied first (the access log is kept, always).
    /// Loads wait for each other.
    ///
    /// # Errors
    /// When the database fails; then nothing has changed.
    pub async fn load(
        &self,
        insurers: &[Insurer],
        institutions: &[Institution],
        people: &[NewPerson],
        reset: bool,
    ) -> Result<Loaded, StoreError> {
        let mut connection = self.pool().acquire().await?;
        let mut transaction = connection.begin().await?;
        sqlx::query!("select pg_advisory_xact_lock(hashtext('shikaku load'))").fetch_one(&mut *transaction).await?;
        if reset {
            empty(&mut transaction).await?;
        }
        for insurer in insurers {
            upsert_insurer(&mut transaction, insurer).await?;
        }
        for institution in institutions {
            upsert_institution(&mut transaction, institution).await?;
        }
        for person in people {
            replace_person(&mut transaction, person).await?;
        }
        sqlx::query!("select pg_notify($1, '')", CHANGED).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(Loaded {
            insurers: insurers.len(),
            institutions: institutions.len(),
            people: people.len(),
            coverages: people.iter().map(|person| person.coverages.len()).sum(),
            cards: people.iter().map(|person| person.cards.len()).sum(),
        })
    }
}

async fn empty(transaction: &mut Transaction<'_, Postgres>) -> Result<(), StoreError> {
    // Identities go on counting, so that an old access-log record never seems to speak of a new person.
    sqlx::query!("delete from card_certificate").execute(&mut **transaction).await?;
    sqlx::query!("delete from coverage").execute(&mut **transaction).await?;
    sqlx::query!("delete from person").execute(&mut **transaction).await?;
    sqlx::query!("delete from insurer").execute(&mut **transaction).await?;
    sqlx::query!("delete from institution").execute(&mut **transaction).await?;
    Ok(())
}

async fn upsert_insurer(connection: &mut PgConnection, insurer: &Insurer) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into insurer (number, name) values ($1, $2)
        on conflict on constraint insurer_pkey do update set name = excluded.name
        "#,
        insurer.number.as_str(),
        insurer.name,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn upsert_institution(connection: &mut PgConnection, institution: &Institution) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into institution (code, name, charset, result_lists, disease_list, visual_check, active_from, active_through)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict on constraint institution_pkey do update
           set name = excluded.name
             , charset = excluded.charset
             , result_lists = excluded.result_lists
             , disease_list = excluded.disease_list
             , visual_check = excluded.visual_check
             , active_from = excluded.active_from
             , active_through = excluded.active_through
        "#,
        institution.code.as_str(),
        institution.name,
        institution.form.charset.number(),
        institution.form.result_lists.number(),
        institution.form.disease_list.number(),
        institution.visual_check,
        to_sql(institution.active_from),
        institution.active_through.map(to_sql),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn replace_person(connection: &mut PgConnection, person: &NewPerson) -> Result<(), StoreError> {
    let id = sqlx::query_scalar!(
        r#"
        insert into person (fixture_id, about, address_withheld, self_information_blocked, died_on)
        values ($1, $2, $3, $4, $5)
        on conflict on constraint person_fixture_id_key do update
           set about = excluded.about
             , address_withheld = excluded.address_withheld
             , self_information_blocked = excluded.self_information_blocked
             , died_on = excluded.died_on
        returning id
        "#,
        person.fixture_id,
        person.about,
        person.protection.address_withheld,
        person.protection.self_information_blocked,
        person.died_on.map(to_sql),
    )
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query!("delete from coverage where person_id = $1", id).execute(&mut *connection).await?;
    for coverage in &person.coverages {
        insert_coverage(connection, id, person, coverage).await?;
    }
    for card in &person.cards {
        replace_card(connection, id, card).await?;
    }
    Ok(())
}

/// Puts a certificate in; whatever J-LIS said of it before is forgotten, and one of the same kind in use gives way.
async fn replace_card(connection: &mut PgConnection, person_id: i64, card: &NewCard) -> Result<(), StoreError> {
    sqlx::query!(
        "delete from card_certificate where issuer_key_id = $1 and serial = $2",
        card.id.issuer,
        card.id.serial.as_bytes()
    )
    .execute(&mut *connection)
    .await?;
    let Some(card) = &card.record else { return Ok(()) };
    if card.state == CardState::Good {
        sqlx::query!(
            "update card_certificate set state = 3, changed_at = $3 where person_id = $1 and kind = $2 and state = 1",
            person_id,
            card.kind.number(),
            card.changed_at.to_sqlx() as SqlTimestamp
        )
        .execute(&mut *connection)
        .await?;
    }
    insert_card(connection, person_id, card).await
}

async fn insert_coverage(
    connection: &mut PgConnection,
    person_id: i64,
    person: &NewPerson,
    coverage: &Coverage,
) -> Result<(), StoreError> {
    let identity = &coverage.identity;
    let key = &coverage.key;
    let search_key = key.search_key();
    let ratios: Option<Vec<DatedRatioRow>> = rows_of(&coverage.ratios);
    let elderly: Option<Vec<ElderlyCertificateRow>> = rows_of(&coverage.elderly);
    let limits: Option<Vec<LimitCertificateRow>> = rows_of(&coverage.limits);
    let diseases: Option<Vec<SpecificDiseaseRow>> = rows_of(&coverage.specific_diseases);
    let tickets: Option<Vec<MedicalTicketRow>> = rows_of(&coverage.tickets);
    sqlx::query!(
        r#"
        insert into coverage
             ( person_id, acquired_on, lost_on, birth_on, card_issued_on, card_valid_from, card_valid_through, loss_reason
             , relationship, card_class, sex, sex_on_back, search_key, insurer_number, symbol, number, branch, name, kana
             , other_name, other_kana, insured_name, post_number, address, ratios, elderly_certificates, limit_certificates
             , specific_disease_certificates, medical_tickets, ticket_keys, address_withheld, self_information_blocked )
        values
             ( $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24
             , $25, $26, $27, $28, $29, $30, $31, $32 )
        "#,
        person_id,
        to_sql(coverage.acquired_on),
        coverage.loss.map(|loss| to_sql(loss.on)),
        to_sql(identity.birth_on.date()),
        coverage.card.issued_on.map(to_sql),
        coverage.card.valid_from.map(to_sql),
        coverage.card.valid_through.map(to_sql),
        coverage.loss.map(|loss| loss.reason.number()),
        coverage.relationship.map(StoredEnum::number),
        coverage.card_class.number(),
        identity.sex.number(),
        identity.sex_on_back.map(StoredEnum::number),
        search_key.as_str(),
        key.insurer.as_str(),
        key.symbol.as_ref().map(|symbol| symbol.as_str()),
        key.number.as_str(),
        key.branch.as_ref().map(|branch| branch.as_str()),
        identity.name.as_str(),
        identity.kana.as_ref().map(|text| text.as_str()),
        identity.other_name.as_ref().map(|text| text.as_str()),
        identity.other_kana.as_ref().map(|text| text.as_str()),
        identity.insured_name.as_ref().map(|text| text.as_str()),
        identity.post_number.as_ref().map(|post| post.as_str()),
        identity.address.as_ref().map(|text| text.as_str()),
        ratios as Option<Vec<DatedRatioRow>>,
        elderly as Option<Vec<ElderlyCertificateRow>>,
        limits as Option<Vec<LimitCertificateRow>>,
        diseases as Option<Vec<SpecificDiseaseRow>>,
        tickets as Option<Vec<MedicalTicketRow>>,
        ticket_keys(&coverage.tickets) as Option<Vec<String>>,
        person.protection.address_withheld,
        person.protection.self_information_blocked,
    )
    .execute(connection)
    .await?;
    Ok(())
}
