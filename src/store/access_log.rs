//! Writes the access log: who asked about whom, and what was shown.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    CardUnusable, Consents, HolderVerification, InstitutionCode, Moment, PersonId, TreatmentKind, Validity,
};

use super::leases::LeasedSlice;
use super::rows::{StoredEnum, to_sql};
use super::{StoreError, limit_seen};

/// The path on which a question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// By the numbers on the insured person's card.
    Card,
    /// By マイナンバーカード.
    Certificate(AtReader),
    /// By the numbers on the insured person's card, in a file.
    BulkCard,
    /// In a file, because the person consented to such care before.
    BulkConsented(TreatmentKind),
    /// In a file, because a welfare office entrusts the person's treatment to the institution.
    BulkTicket,
    /// No question: a 照会番号 was registered.
    ReferenceNumber,
}

/// What happened at the card reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtReader {
    /// How the holder's identity was verified.
    pub holder: HolderVerification,
    /// 診療区分.
    pub treatment: TreatmentKind,
    /// What the patient consented to.
    pub consents: Consents,
    /// The end of the consents' validity. Set for every answered question, even if nothing was consented to, because the last
    /// statement replaces earlier ones.
    pub consents_until: Option<Timestamp>,
}

impl Path {
    fn at_reader(&self) -> Option<&AtReader> {
        match self {
            Self::Certificate(at_reader) => Some(at_reader),
            _ => None,
        }
    }

    fn treatment(&self) -> Option<TreatmentKind> {
        match self {
            Self::Certificate(at_reader) => Some(at_reader.treatment),
            Self::BulkConsented(treatment) => Some(*treatment),
            _ => None,
        }
    }

    fn number(&self) -> i16 {
        match self {
            Self::Card => 1,
            Self::Certificate(_) => 2,
            Self::BulkCard => 3,
            Self::BulkConsented(_) => 4,
            Self::ReferenceNumber => 5,
            Self::BulkTicket => 6,
        }
    }
}

/// How the question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with this validity.
    Answered(Validity),
    /// The question about a person of a file could not be read.
    Unreadable,
    /// Refused, because the message named another institution than the certificate.
    InstitutionMismatch,
    /// The card could not be used, so that nothing was shown.
    CardUnusable(CardUnusable),
}

/// Which blocks an answer showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shown {
    /// A record at all.
    pub record: bool,
    /// Address and postal code.
    pub address: bool,
    /// 限度額適用認定証.
    pub limit: bool,
    /// 高齢受給者証.
    pub elderly: bool,
    /// 一部負担金割合.
    pub ratio: bool,
    /// 特定疾病療養受療証.
    pub specific_disease: bool,
    /// 医療券・調剤券.
    pub ticket: bool,
}

impl Shown {
    /// Returns what at least one of two records shows.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            record: self.record || other.record,
            address: self.address || other.address,
            limit: self.limit || other.limit,
            elderly: self.elderly || other.elderly,
            ratio: self.ratio || other.ratio,
            specific_disease: self.specific_disease || other.specific_disease,
            ticket: self.ticket || other.ticket,
        }
    }

    fn bits(self) -> i16 {
        [
            (self.record, 1),
            (self.address, 2),
            (self.limit, 4),
            (self.elderly, 8),
            (self.ratio, 16),
            (self.specific_disease, 32),
            (self.ticket, 64),
        ]
        .into_iter()
        .filter_map(|(shown, bit)| shown.then_some(bit))
        .sum()
    }
}

/// One record; see the column comments of `access_log`.
#[derive(Debug, Clone)]
pub struct LogRecord {
    /// The X-Request-Id of the answer.
    pub request_id: Uuid,
    /// Domain time of processing.
    pub answered_at: Timestamp,
    /// The institution of the certificate.
    pub institution: InstitutionCode,
    /// The institution that the message named, if it is another one.
    pub claimed_institution: Option<InstitutionCode>,
    /// Serial number of the terminal's certificate.
    pub terminal_serial: Vec<u8>,
    /// The path on which it came.
    pub path: Path,
    /// 資格確認日; only a refused question may lack it.
    pub check_on: Option<Date>,
    /// The person, and what was shown of the person.
    pub about: PersonRecord,
}

/// The part of a record that is about the person; see the column comments of `access_log`.
#[derive(Debug, Clone)]
pub struct PersonRecord {
    /// The person, if exactly one was found.
    pub person: Option<PersonId>,
    /// Keyed hash of the question's key.
    pub key_hash: [u8; 32],
    /// How the question ended.
    pub outcome: Outcome,
    /// What was shown.
    pub shown: Shown,
    /// 限度額適用認定証提供同意.
    pub limit_consent: bool,
    /// Keyed hash of the 限度額適用認定証 in force, if records are shown and the person consented.
    pub limit_mark: Option<i64>,
}

impl PersonRecord {
    /// Makes a record of a question that found no person and showed nothing.
    #[must_use]
    pub fn new(key_hash: [u8; 32], outcome: Outcome) -> Self {
        Self { person: None, key_hash, outcome, shown: Shown::default(), limit_consent: false, limit_mark: None }
    }
}

/// Writes all records, the consents given with them, and the marks of certificates that are new to the institution, in one
/// commit. When this returns, all of it is durable. Idempotent: records that exist already are left alone with what belongs to
/// them, so that a group whose commit was not acknowledged can be sent again. `recorded_at` is system time.
///
/// The last marks of all records are found by one join and one sort: a subquery for each record, which sorts on its own, costs the
/// database about 10 µs more a record.
///
/// # Errors
/// If the database fails; then none of them is written.
pub async fn append(connection: &mut PgConnection, records: &[LogRecord], recorded_at: Timestamp) -> Result<(), StoreError> {
    let of = |read: fn(&LogRecord) -> i16| -> Vec<i16> { records.iter().map(read).collect() };
    let request_ids: Vec<Uuid> = records.iter().map(|r| r.request_id).collect();
    let answered_at: Vec<SqlTimestamp> = records.iter().map(|r| r.answered_at.to_sqlx()).collect();
    let institutions: Vec<String> = records.iter().map(|r| r.institution.as_str().to_owned()).collect();
    let claimed: Vec<Option<String>> =
        records.iter().map(|r| r.claimed_institution.map(|code| code.as_str().to_owned())).collect();
    let serials: Vec<Vec<u8>> = records.iter().map(|r| r.terminal_serial.clone()).collect();
    let paths = of(|r| r.path.number());
    let check_on: Vec<Option<SqlDate>> = records.iter().map(|r| r.check_on.map(to_sql)).collect();
    let people: Vec<Option<i64>> = records.iter().map(|r| r.about.person.map(|person| person.0)).collect();
    let hashes: Vec<Vec<u8>> = records.iter().map(|r| r.about.key_hash.to_vec()).collect();
    let outcomes = of(|r| outcome_number(r.about.outcome));
    let shown = of(|r| r.about.shown.bits());
    let limit_consents: Vec<bool> = records.iter().map(|r| r.about.limit_consent).collect();
    let at_reader =
        |read: fn(&AtReader) -> i16| -> Vec<Option<i16>> { records.iter().map(|r| r.path.at_reader().map(read)).collect() };
    let holders = at_reader(|at| at.holder.number());
    let treatments: Vec<Option<i16>> = records.iter().map(|r| r.path.treatment().map(StoredEnum::number)).collect();
    let consents = at_reader(|at| consent_bits(at.consents));
    let consents_until: Vec<Option<SqlTimestamp>> =
        records.iter().map(|r| r.path.at_reader().and_then(|at| at.consents_until).map(ToSqlx::to_sqlx)).collect();
    let limit_marks: Vec<Option<i64>> = records.iter().map(|r| r.about.limit_mark).collect();
    sqlx::query!(
        r#"
        with logged as (
            insert into access_log
                 ( request_id, answered_at, institution_code, claimed_institution_code, terminal_serial, path, check_on, person_id
                 , key_hash, outcome, shown, limit_consent, holder_verification, treatment, consents, consents_until
                 , limit_mark, recorded_at )
            select unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bytea[])
                 , unnest($6::smallint[]), unnest($7::date[]), unnest($8::bigint[]), unnest($9::bytea[]), unnest($10::smallint[])
                 , unnest($11::smallint[]), unnest($12::boolean[]), unnest($13::smallint[]), unnest($14::smallint[])
                 , unnest($15::smallint[]), unnest($16::timestamptz[]), unnest($17::bigint[]), $18::timestamptz
                on conflict (request_id) where place = 0 do nothing
         returning id, request_id, answered_at, institution_code, check_on, person_id, treatment, consents, consents_until
                 , limit_mark
        ), consented as (
            insert into consent (institution_code, treatment, person_id, log_id, given_at, check_on, kinds, valid_until)
            select institution_code, treatment, person_id, id, answered_at, check_on, consents, consents_until
              from logged
             where consents_until is not null
               and person_id is not null
        )
        insert into limit_seen (person_id, institution_code, log_id, request_id, mark)
        select person_id, institution_code, id, request_id, limit_mark
          from ( select distinct on (logged.id)
                        logged.person_id, logged.institution_code, logged.id, logged.request_id, logged.limit_mark
                      , last.mark as last_mark
                   from logged
                   left join limit_seen as last
                     on hashtextextended(last.institution_code, last.person_id)
                        = hashtextextended(logged.institution_code, logged.person_id)
                    and last.institution_code = logged.institution_code
                    and last.person_id = logged.person_id
                  where logged.limit_mark is not null
                    and logged.person_id is not null
                  order by logged.id, last.log_id desc
               ) as compared
         where limit_mark is distinct from last_mark
        "#,
        &request_ids,
        &answered_at,
        &institutions,
        &claimed as &[Option<String>],
        &serials,
        &paths,
        &check_on as &[Option<SqlDate>],
        &people as &[Option<i64>],
        &hashes,
        &outcomes,
        &shown,
        &limit_consents,
        &holders as &[Option<i16>],
        &treatments as &[Option<i16>],
        &consents as &[Option<i16>],
        &consents_until as &[Option<SqlTimestamp>],
        &limit_marks as &[Option<i64>],
        recorded_at.to_sqlx() as SqlTimestamp,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the records of the people of a slice, one each in order, and the marks of certificates that are new to the institution.
/// Runs in the transaction that finishes the slice. The records share one number; numbers follow the order of writing. Returns
/// what `limit_seen::unchanged` returns.
///
/// # Errors
/// If the database fails.
pub async fn append_slice(
    connection: &mut PgConnection,
    slice: &LeasedSlice,
    path: Path,
    at: Moment,
    people: &[PersonRecord],
) -> Result<HashSet<i32>, StoreError> {
    let shown = (slice.first_person..).zip(people).filter_map(|(place, one)| Some((place, one.person?.0, one.limit_mark?)));
    let unchanged = limit_seen::unchanged(connection, slice, shown).await?;
    let places: Vec<i32> = (slice.first_person..).zip(people).map(|(place, _)| place).collect();
    let ids: Vec<Option<i64>> = people.iter().map(|one| one.person.map(|person| person.0)).collect();
    let hashes: Vec<&[u8]> = people.iter().map(|one| one.key_hash.as_slice()).collect();
    let outcomes: Vec<i16> = people.iter().map(|one| outcome_number(one.outcome)).collect();
    let shown: Vec<i16> = people.iter().map(|one| one.shown.bits()).collect();
    let limit_consents: Vec<bool> = people.iter().map(|one| one.limit_consent).collect();
    let limit_marks: Vec<Option<i64>> = people.iter().map(|one| one.limit_mark).collect();
    let limit_changed: Vec<Option<bool>> =
        places.iter().zip(people).map(|(place, one)| one.limit_mark.map(|_| !unchanged.contains(place))).collect();
    let news = people.iter().zip(&limit_changed).filter(|(_, changed)| **changed == Some(true));
    let (new_people, new_marks): (Vec<i64>, Vec<i64>) =
        news.filter_map(|(one, _)| Some((one.person?.0, one.limit_mark?))).unzip();
    sqlx::query!(
        r#"
        with number as materialized (
            select nextval('access_log_id_seq') as id
        ), seen as (
            insert into limit_seen (person_id, institution_code, log_id, request_id, mark)
            select unnest($15::bigint[]), $3, (select id from number), $1, unnest($16::bigint[])
        )
        insert into access_log
             ( id, request_id, answered_at, institution_code, terminal_serial, path, check_on, treatment, place, person_id
             , key_hash, outcome, shown, limit_consent, limit_mark, limit_changed, recorded_at )
               overriding system value
        select (select id from number), $1, $2, $3, $4, $5, $6, $7, unnest($8::integer[]), unnest($9::bigint[])
             , unnest($10::bytea[]), unnest($11::smallint[]), unnest($12::smallint[]), unnest($13::boolean[])
             , unnest($14::bigint[]), unnest($17::boolean[]), $18
        "#,
        slice.request_id,
        at.domain.to_sqlx() as SqlTimestamp,
        slice.institution.as_str(),
        slice.terminal_serial,
        path.number(),
        to_sql(slice.check_on) as SqlDate,
        path.treatment().map(StoredEnum::number),
        &places,
        &ids as &[Option<i64>],
        &hashes as &[&[u8]],
        &outcomes,
        &shown,
        &limit_consents,
        &limit_marks as &[Option<i64>],
        &new_people,
        &new_marks,
        &limit_changed as &[Option<bool>],
        at.system.to_sqlx() as SqlTimestamp,
    )
    .execute(connection)
    .await?;
    Ok(unchanged)
}

/// Packs consents into a bit set; twelve kinds fit into the positive half of a small integer.
fn consent_bits(consents: Consents) -> i16 {
    i16::try_from(consents.bits()).expect("twelve bits")
}

fn outcome_number(outcome: Outcome) -> i16 {
    match outcome {
        Outcome::Answered(Validity::Valid) => 1,
        Outcome::Answered(Validity::Invalid) => 2,
        Outcome::Answered(Validity::InvalidNewerExists) => 3,
        Outcome::Answered(Validity::NoneFound) => 4,
        Outcome::Answered(Validity::SeveralMatch) => 5,
        Outcome::Answered(Validity::ValidUnregistered) => 6,
        Outcome::Unreadable => 8,
        Outcome::InstitutionMismatch => 9,
        Outcome::CardUnusable(CardUnusable::Revoked(_)) => 11,
        Outcome::CardUnusable(CardUnusable::Superseded) => 12,
        Outcome::CardUnusable(CardUnusable::Expired) => 13,
        Outcome::CardUnusable(CardUnusable::NotYetValid) => 14,
        Outcome::CardUnusable(CardUnusable::Unknown) => 15,
        Outcome::CardUnusable(CardUnusable::Blocked) => 16,
        Outcome::CardUnusable(CardUnusable::Stale) => 17,
    }
}
