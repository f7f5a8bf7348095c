//! Converts rows of `coverage` to [`PersonFacts`], for every statement that reads facts.

use std::sync::Arc;

use jiff_sqlx::Date as SqlDate;

use crate::domain::{
    BirthDate, BranchNumber, CardClass, CardDates, CardKey, CardNumber, CardSymbol, Coverage, Identity, InsurerNumber, Loss,
    LossReason, PersonFacts, PersonId, PersonalText, PostNumber, Protection, ReferenceNumber, Registration, Relationship,
    Sex,
};

use super::StoreError;
use super::medical_aid::MedicalTicketRow;
use super::rows::{
    DatedRatioRow, ElderlyCertificateRow, LimitCertificateRow, SpecificDiseaseRow, StoredEnum, entries, from_sql, legal,
    optional,
};

/// The checked query that reads facts: the same columns for every way of selecting people. `$from` is the `from` clause with
/// `asked.place`, `asked.institution_code` and `coverage`, and what follows it. `$askers` is the list of all those institutions.
/// If none of them has registered a 照会番号, none is looked up.
///
/// Numbers are looked up in the select list, which is cheaper than a lateral join, and always by the whole key. A join that is
/// planned while the table is empty would scan the numbers of every institution, and the plan would be kept while they grow.
macro_rules! select_facts {
    ($from:literal, $askers:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            crate::store::facts::FactRow,
            r#"
            select asked.place as "place!"
                 , coverage.person_id as "person_id!"
                 , coverage.address_withheld as "address_withheld!"
                 , coverage.self_information_blocked as "self_information_blocked!"
                 , coverage.sole as "sole!"
                 , coverage.id as "id!"
                 , coverage.acquired_on as "acquired_on!"
                 , coverage.lost_on as "lost_on?"
                 , coverage.birth_on as "birth_on!"
                 , coverage.card_issued_on as "card_issued_on?"
                 , coverage.card_valid_from as "card_valid_from?"
                 , coverage.card_valid_through as "card_valid_through?"
                 , coverage.loss_reason as "loss_reason?"
                 , coverage.relationship as "relationship?"
                 , coverage.card_class as "card_class!"
                 , coverage.sex as "sex!"
                 , coverage.sex_on_back as "sex_on_back?"
                 , coverage.insurer_number as "insurer_number!"
                 , coverage.symbol as "symbol?"
                 , coverage.number as "number!"
                 , coverage.branch as "branch?"
                 , coverage.name as "name!"
                 , coverage.kana as "kana?"
                 , coverage.other_name as "other_name?"
                 , coverage.other_kana as "other_kana?"
                 , coverage.insured_name as "insured_name?"
                 , coverage.post_number as "post_number?"
                 , coverage.address as "address?"
                 , coverage.ratios as "ratios?"
                 , coverage.elderly_certificates as "elderly_certificates?"
                 , coverage.limit_certificates as "limit_certificates?"
                 , coverage.specific_disease_certificates as "specific_disease_certificates?"
                 , coverage.medical_tickets as "medical_tickets?"
                 , case when (select exists (select from reference_number where institution_code = any("# + $askers + r#")))
                        then ( select reference
                                 from reference_number
                                where institution_code = asked.institution_code
                                  and search_key = coverage.search_key
                                  and branch = coalesce(coverage.branch, '')
                             )
                   end as "reference?"
            "# + $from,
            $($argument),*
        )
    };
}
pub(super) use select_facts;

pub(super) struct FactRow {
    pub place: i64,
    pub person_id: i64,
    pub address_withheld: bool,
    pub self_information_blocked: bool,
    pub sole: bool,
    pub id: i64,
    pub acquired_on: SqlDate,
    pub lost_on: Option<SqlDate>,
    pub birth_on: SqlDate,
    pub card_issued_on: Option<SqlDate>,
    pub card_valid_from: Option<SqlDate>,
    pub card_valid_through: Option<SqlDate>,
    pub loss_reason: Option<i16>,
    pub relationship: Option<i16>,
    pub card_class: i16,
    pub sex: i16,
    pub sex_on_back: Option<i16>,
    pub insurer_number: String,
    pub symbol: Option<String>,
    pub number: String,
    pub branch: Option<String>,
    pub name: String,
    pub kana: Option<String>,
    pub other_name: Option<String>,
    pub other_kana: Option<String>,
    pub insured_name: Option<String>,
    pub post_number: Option<String>,
    pub address: Option<String>,
    pub ratios: Option<Vec<DatedRatioRow>>,
    pub elderly_certificates: Option<Vec<ElderlyCertificateRow>>,
    pub limit_certificates: Option<Vec<LimitCertificateRow>>,
    pub specific_disease_certificates: Option<Vec<SpecificDiseaseRow>>,
    pub medical_tickets: Option<Vec<MedicalTicketRow>>,
    pub reference: Option<String>,
}

/// Gathers rows in any order into the people of each of `places` questions; each person has all coverages in order of
/// acquisition. A row that the domain cannot hold fails only the question it belongs to.
pub(super) fn gather(
    places: usize,
    mut rows: Vec<FactRow>,
) -> Result<Vec<Result<Vec<PersonFacts>, StoreError>>, StoreError> {
    rows.sort_by_key(|row| (row.place, row.person_id, row.acquired_on.to_jiff(), row.id));
    let mut answers: Vec<Result<Vec<PersonFacts>, StoreError>> = (0..places).map(|_| Ok(Vec::new())).collect();
    for row in rows {
        let answer = usize::try_from(row.place - 1)
            .ok()
            .and_then(|place| answers.get_mut(place))
            .ok_or(StoreError::illegal("asked", "place"))?;
        let Ok(people) = answer else { continue };
        let (id, row_id) = (PersonId(row.person_id), row.id);
        let protection =
            Protection { address_withheld: row.address_withheld, self_information_blocked: row.self_information_blocked };
        match (registration(row), people.last_mut()) {
            (Err(error), _) => *answer = Err(error.in_row("coverage", row_id)),
            (Ok(registration), Some(person)) if person.id == id => person.registrations.push(registration),
            (Ok(registration), _) => people.push(PersonFacts { id, protection, registrations: vec![registration] }),
        }
    }
    Ok(answers)
}

/// Names the candidates if it is not known which row is meant.
pub(super) fn one_of(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    ids.join(" or ")
}

fn registration(row: FactRow) -> Result<Registration, StoreError> {
    let loss = match (from_sql(row.lost_on), row.loss_reason) {
        (Some(on), Some(reason)) => Some(Loss { on, reason: LossReason::read(reason)? }),
        _ => None,
    };
    let key = CardKey {
        insurer: legal("insurer_number", InsurerNumber::parse(&row.insurer_number))?,
        symbol: optional("symbol", row.symbol, |text| CardSymbol::parse(&text))?,
        number: legal("number", CardNumber::parse(&row.number))?,
        branch: optional("branch", row.branch, |text| BranchNumber::parse(&text))?,
    };
    let identity = Identity {
        name: legal("name", PersonalText::new(row.name))?,
        kana: optional("kana", row.kana, PersonalText::new)?,
        other_name: optional("other_name", row.other_name, PersonalText::new)?,
        other_kana: optional("other_kana", row.other_kana, PersonalText::new)?,
        insured_name: optional("insured_name", row.insured_name, PersonalText::new)?,
        sex: Sex::read(row.sex)?,
        sex_on_back: row.sex_on_back.map(Sex::read).transpose()?,
        birth_on: legal("birth_on", BirthDate::new(row.birth_on.to_jiff()))?,
        post_number: optional("post_number", row.post_number, |text| PostNumber::parse(&text))?,
        address: optional("address", row.address, PersonalText::new)?,
    };
    let coverage = Coverage {
        key,
        relationship: row.relationship.map(Relationship::read).transpose()?,
        card_class: CardClass::read(row.card_class)?,
        identity,
        acquired_on: row.acquired_on.to_jiff(),
        loss,
        card: CardDates {
            issued_on: from_sql(row.card_issued_on),
            valid_from: from_sql(row.card_valid_from),
            valid_through: from_sql(row.card_valid_through),
        },
        ratios: entries(row.ratios)?,
        elderly: entries(row.elderly_certificates)?,
        limits: entries(row.limit_certificates)?,
        specific_diseases: entries(row.specific_disease_certificates)?,
        tickets: entries(row.medical_tickets)?,
    };
    let reference = row.reference.map(|text| ReferenceNumber::parse(&text)).transpose();
    let reference = reference.map_err(|_| {
        StoreError::illegal("reference_number", "reference")
            .in_row("reference_number", format_args!("of coverage {}", row.id))
    })?;
    Ok(Registration { id: row.id, coverage: Arc::new(coverage), reference })
}
