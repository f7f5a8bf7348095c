//! The answer to a question, and the record that it shows.

use std::sync::Arc;

use jiff::civil::Date;

use crate::domain::{
    Coverage, DatedRatio, ElderlyCertificate, InstitutionCode, InsurerNumber, LimitCertificate, Loss, MedicalTicket, Month,
    Period, PersonId, Protection, ReferenceNumber, Registration, Scheme, SpecificDiseaseCertificate, Validity,
};
use crate::rules::preschool::is_preschool;

/// The national side's answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 資格有効性.
    pub validity: Validity,
    /// The record shown; None for 該当資格なし and 複数該当.
    pub record: Option<Record>,
    /// Other registrations that affect the validity; never shown, kept for explanations.
    pub others: Vec<Other>,
}

/// A registration that affects the validity besides the one shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Other {
    /// How it affects the validity.
    pub relation: Relation,
    /// The id of the registration.
    pub registration: i64,
    /// Its insurer.
    pub insurer: InsurerNumber,
    /// 資格取得日.
    pub acquired_on: Date,
    /// 資格喪失日, if the coverage is lost.
    pub lost_on: Option<Date>,
}

/// How another registration affects the validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The later coverage in force to which 無効（新しい資格あり） refers.
    Newer,
    /// Another coverage of the person in force on the check date.
    AlsoInForce,
    /// One of several that match the question, for 複数該当.
    Matching,
}

impl Relation {
    /// In English.
    #[must_use]
    pub fn english(self) -> &'static str {
        match self {
            Self::Newer => "newer record",
            Self::AlsoInForce => "also valid",
            Self::Matching => "matching record",
        }
    }

    /// In Japanese.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Newer => "新しい登録",
            Self::AlsoInForce => "同時に有効な登録",
            Self::Matching => "一致した登録",
        }
    }
}

impl Other {
    pub(super) fn of(relation: Relation, Registration { id, coverage, .. }: &Registration) -> Self {
        let (acquired_on, lost_on) = (coverage.acquired_on, coverage.loss.map(|loss| loss.on));
        Self { relation, registration: *id, insurer: coverage.key.insurer, acquired_on, lost_on }
    }
}

/// 資格確認結果: one coverage as it stands on the check date. What is absent here is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its person; never shown, kept for the access log.
    pub person: PersonId,
    /// The id of the registration shown; kept for explanations.
    pub registration: i64,
    /// The content of the registration.
    pub coverage: Arc<Coverage>,
    /// 照会番号 of the asking institution.
    pub reference: Option<ReferenceNumber>,
    /// Whether address and postal code may be shown.
    pub shows_address: bool,
    /// The loss, if the coverage is lost on the check date.
    pub loss: Option<Loss>,
    /// Whether the person is 未就学 on the check date.
    pub preschool: bool,
    /// 一部負担金割合 of 後期高齢者医療 in force on the check date.
    pub ratio: Option<DatedRatio>,
    /// 高齢受給者証 in force on the check date.
    pub elderly: Option<ElderlyCertificate>,
    /// Whether the patient consented to showing the limit certificate.
    pub limit_consent: bool,
    /// 限度額適用認定証 in force on the check date, if the patient consented.
    pub limit: Option<LimitCertificate>,
    /// 特定疾病療養受療証 in force on the check date, if the patient consented by card.
    pub specific_diseases: Vec<SpecificDiseaseCertificate>,
    /// 医療券・調剤券 of the month of the check date for the asking institution.
    pub tickets: Vec<MedicalTicket>,
}

/// The asker and the day of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AskerAndDay {
    /// The institution; None if an operator asks for no institution.
    pub institution: Option<InstitutionCode>,
    /// 資格確認日.
    pub check_on: Date,
}

/// The patient's consents to parts of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConsentedParts {
    /// 限度額適用認定証.
    pub limit: bool,
    /// 特定疾病療養受療証.
    pub specific_disease: bool,
}

impl Answer {
    /// Makes an answer without a record.
    #[must_use]
    pub fn without_record(validity: Validity) -> Self {
        Self { validity, record: None, others: Vec::new() }
    }
}

impl Record {
    /// Makes the record of a registration. The parts that decide the patient's payment are shown only for a coverage in force.
    pub(super) fn on(
        AskerAndDay { institution, check_on }: AskerAndDay,
        person: PersonId,
        protection: Protection,
        registration: &Registration,
        consented: ConsentedParts,
    ) -> Self {
        let coverage = registration.coverage.clone();
        let in_force = coverage.in_force_on(check_on);
        let scheme = coverage.key.insurer.scheme();
        let late_elderly = scheme == Scheme::LateElderly;
        let limit = in_force.then(|| latest(&coverage.limits, |c| c.period, check_on)).flatten();
        Self {
            person,
            registration: registration.id,
            reference: registration.reference.clone(),
            shows_address: !protection.hides_address(),
            loss: coverage.loss.filter(|loss| loss.on <= check_on),
            preschool: in_force && scheme.insures_below_75() && is_preschool(coverage.identity.birth_on, check_on),
            ratio: (in_force && late_elderly)
                .then(|| latest(&coverage.ratios, |r: &DatedRatio| r.period, check_on))
                .flatten(),
            elderly: in_force.then(|| latest(&coverage.elderly, |c| c.period, check_on)).flatten(),
            limit_consent: consented.limit,
            limit: limit.filter(|_| consented.limit),
            specific_diseases: coverage
                .specific_diseases
                .iter()
                .filter(|certificate| consented.specific_disease && in_force && certificate.period.contains(check_on))
                .copied()
                .collect(),
            tickets: coverage
                .tickets
                .iter()
                .filter(|ticket| in_force && Some(ticket.institution) == institution && ticket.month == Month::of(check_on))
                .cloned()
                .collect(),
            coverage,
        }
    }

    /// Returns the validity of a registration in force: 有効, or 有効（未登録） for medical aid without a ticket.
    pub(super) fn validity_in_force(&self) -> Validity {
        let medical_aid = self.coverage.key.insurer.scheme() == Scheme::MedicalAid;
        if medical_aid && self.tickets.is_empty() { Validity::ValidUnregistered } else { Validity::Valid }
    }
}

/// Returns the entry in force on `day`; of several, the one that began last.
fn latest<T: Copy>(entries: &[T], period: impl Fn(&T) -> Period, day: Date) -> Option<T> {
    entries.iter().filter(|entry| period(entry).contains(day)).max_by_key(|entry| period(entry).from()).copied()
}
