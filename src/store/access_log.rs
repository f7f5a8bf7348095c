//! Who asked about whom.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{CardUnusable, Consents, HolderVerification, InstitutionCode, PersonId, TreatmentKind, Validity};

use super::StoreError;
use super::leases::Leased;
use super::rows::{StoredEnum, to_sql};

/// By which path a question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// By what stands on the insured-person's card.
    Card,
    /// By マイナンバーカード.
    Certificate(AtReader),
    /// By what stands on the insured-person's card, in a file.
    BulkCard,
    /// In a file, because the person consented for such care before.
    BulkConsented(TreatmentKind),
    /// In a file, because a welfare office entrusts the person's treatment to the institution.
    BulkTicket,
    /// Not asked: a 照会番号 came.
    ReferenceNumber,
}

/// What happened at the card reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtReader {
    /// How the holder was made sure of.
    pub holder: HolderVerification,
    /// 診療区分.
    pub treatment: TreatmentKind,
    /// What the patient consented to.
    pub consents: Consents,
    /// Until when the consents hold: those of people who were answered about, also when nothing was consented to, because the
    /// last word counts.
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

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with this validity.
    Answered(Validity),
    /// The person of a file could not be asked about.
    Unreadable,
    /// Refused, because the message named another institution than the certificate.
    InstitutionMismatch,
    /// The card was good no more, or not yet, so that nothing was shown.
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
    /// What one of two records shows.
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
pub struct Record {
    /// The X-Request-Id of the answer.
    pub request_id: Uuid,
    /// Domain time of processing.
    pub answered_at: Timestamp,
    /// Who really asked.
    pub institution: InstitutionCode,
    /// Who the message said had asked, if somebody else.
    pub claimed_institution: Option<InstitutionCode>,
    /// Serial number of the terminal's certificate.
    pub terminal_serial: Vec<u8>,
    /// By which path.
    pub path: Path,
    /// 資格確認日; only a refused question may be without.
    pub check_on: Option<Date>,
    /// About whom, and what of them was told.
    pub about: PersonRecord,
}

/// What of a record is about the person; see the column comments of `access_log`.
#[derive(Debug, Clone)]
pub struct PersonRecord {
    /// About whom, if one person was found.
    pub person: Option<PersonId>,
    /// Keyed hash of the question's key.
    pub key_hash: [u8; 32],
    /// How it ended.
    pub outcome: Outcome,
    /// What was shown.
    pub shown: Shown,
    /// 限度額適用認定証提供同意.
    pub limit_consent: bool,
    /// Keyed hash of the 限度額適用認定証 in force, of records that are shown with consent.
    pub limit_mark: Option<i64>,
}

impl PersonRecord {
    /// A record that is about nobody and says that nothing was shown.
    #[must_use]
    pub fn new(key_hash: [u8; 32], outcome: Outcome) -> Self {
        Self { person: None, key_hash, outcome, shown: Shown::default(), limit_consent: false, limit_mark: None }
    }
}

/// Writes all records and commits. When this returns, every one of them is durable. Records that are there already are left
/// alone, so that a batch whose commit got lost on the way back can be sent again.
///
/// # Errors
/// When the database fails; then none of them is written.
pub async fn append(connection: &mut PgConnection, records: &[Record]) -> Result<(), StoreError> {
    let of = |read: fn(&Record) -> i16| -> Vec<i16> { records.iter().map(read).collect() };
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
        insert into access_log
             ( request_id, answered_at, institution_code, claimed_institution_code, terminal_serial, path, check_on, person_id
             , key_hash, outcome, shown, limit_consent, holder_verification, treatment, consents, consents_until
             , limit_mark )
        select unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bytea[])
             , unnest($6::smallint[]), unnest($7::date[]), unnest($8::bigint[]), unnest($9::bytea[]), unnest($10::smallint[])
             , unnest($11::smallint[]), unnest($12::boolean[]), unnest($13::smallint[]), unnest($14::smallint[])
             , unnest($15::smallint[]), unnest($16::timestamptz[]), unnest($17::bigint[])
            on conflict (request_id) where place = 0 do nothing
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
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the records of the people of a piece, one each in their order, in the transaction that ends the piece. Gives the numbers
/// in the file (from 1) of those whose 限度額適用認定証 is the one that the institution saw last, before this file. The records share
/// one number, and numbers follow the order of writing.
///
/// # Errors
/// When the database fails.
pub async fn append_piece(
    connection: &mut PgConnection,
    piece: &Leased,
    path: Path,
    at: Timestamp,
    people: &[PersonRecord],
) -> Result<HashSet<i32>, StoreError> {
    let places: Vec<i32> = (piece.first_person..).zip(people).map(|(place, _)| place).collect();
    let ids: Vec<Option<i64>> = people.iter().map(|one| one.person.map(|person| person.0)).collect();
    let hashes: Vec<&[u8]> = people.iter().map(|one| one.key_hash.as_slice()).collect();
    let outcomes: Vec<i16> = people.iter().map(|one| outcome_number(one.outcome)).collect();
    let shown: Vec<i16> = people.iter().map(|one| one.shown.bits()).collect();
    let limit_consents: Vec<bool> = people.iter().map(|one| one.limit_consent).collect();
    let limit_marks: Vec<Option<i64>> = people.iter().map(|one| one.limit_mark).collect();
    let unchanged = sqlx::query_scalar!(
        r#"
        with logged as (
            insert into access_log
                 ( id, request_id, answered_at, institution_code, terminal_serial, path, check_on, treatment, place, person_id
                 , key_hash, outcome, shown, limit_consent, limit_mark, limit_changed )
                   overriding system value
            select (select nextval('access_log_id_seq')), $1, $2, $3, $4, $5::smallint, $6, $7, record.place, record.person_id
                 , record.key_hash, record.outcome, record.shown, record.limit_consent, record.limit_mark
                 , case when record.limit_mark is not null
                        then record.limit_mark is distinct from
                             ( select last.limit_mark
                                 from access_log as last
                                where last.person_id = record.person_id
                                  and last.institution_code = $3
                                  and last.limit_mark is not null
                                  and last.request_id <> $1
                                order by last.id desc
                                limit 1
                             )
                   end
              from ( select unnest($8::integer[]) as place
                          , unnest($9::bigint[]) as person_id
                          , unnest($10::bytea[]) as key_hash
                          , unnest($11::smallint[]) as outcome
                          , unnest($12::smallint[]) as shown
                          , unnest($13::boolean[]) as limit_consent
                          , unnest($14::bigint[]) as limit_mark
                   ) as record
         returning place, limit_changed
        )
        select place as "place!" from logged where not limit_changed
        "#,
        piece.request_id,
        at.to_sqlx() as SqlTimestamp,
        piece.institution.as_str(),
        piece.terminal_serial,
        path.number(),
        to_sql(piece.check_on) as SqlDate,
        path.treatment().map(StoredEnum::number),
        &places,
        &ids as &[Option<i64>],
        &hashes as &[&[u8]],
        &outcomes,
        &shown,
        &limit_consents,
        &limit_marks as &[Option<i64>],
    )
    .fetch_all(connection)
    .await?;
    Ok(unchanged.into_iter().collect())
}

/// Twelve kinds of consent fit into the positive half of a small integer.
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
