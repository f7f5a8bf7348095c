//! Converts composite values of the `coverage` row, and the numbers that stand for enum values in the database.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, ToSqlx};

use crate::domain::{
    AnswerCharset, BatchFailure, BatchKind, BatchState, CardClass, CardKind, CopayRatio, DatedRatio, DayOf, DiseaseList,
    ElderlyCertificate, Format, HolderVerification, LimitCategory, LimitCertificate, LimitKind, LossReason,
    MedicalTreatment, NoticeState, Period, Relationship, ResultLists, RevocationReason, Sex, SpecificDisease,
    SpecificDiseaseCertificate, TicketKind, TreatmentKind, Yen,
};

use super::StoreError;

/// Pairs every value of an enum with the number that the database holds for it.
macro_rules! stored_as {
    ($type:ident in $column:literal: $($variant:ident = $number:literal),* $(,)?) => {
        impl StoredEnum for $type {
            const COLUMN: &'static str = $column;

            fn number(self) -> i16 {
                match self {
                    $(Self::$variant => $number,)*
                }
            }

            fn of_number(number: i16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

/// An enum that the database holds as a number; the column comments of the migrations list the same pairs.
pub(crate) trait StoredEnum: Sized {
    /// The column, for error messages.
    const COLUMN: &'static str;

    /// Returns the number that stands for the value.
    fn number(self) -> i16;

    /// Returns the value that the number stands for; None if there is none.
    fn of_number(number: i16) -> Option<Self>;

    /// Returns the value that the number stands for, or an error that names the column.
    fn read(number: i16) -> Result<Self, StoreError> {
        Self::of_number(number).ok_or(StoreError::illegal("coverage", Self::COLUMN))
    }
}

stored_as!(AnswerCharset in "charset": Utf8 = 0, ShiftJis = 1);
stored_as!(ResultLists in "result_lists": OneEach = 0, One = 1);
stored_as!(DiseaseList in "disease_list": Nested = 0, Flat = 1);
stored_as!(BatchFailure in "failure": TriedTooOften = 1, Ordered = 2);
stored_as!(BatchKind in "kind": Qualification = 1, ReferenceNumbers = 2, Visit = 3, Online = 4, MedicalAid = 5);
stored_as!(BatchState in "state": Processing = 1, Done = 2, Failed = 3, Cancelled = 4, Expired = 5);
stored_as!(DayOf in "day_of": Consent = 1, Examination = 2);
stored_as!(Format in "format": Xml = 1, Json = 2);
stored_as!(LossReason in "loss_reason": Death = 1, Welfare = 2, OtherInsurance = 3, Other = 99);
stored_as!(Relationship in "relationship": Insured = 1, Dependant = 2);
stored_as!(Sex in "sex": Male = 1, Female = 2, Unset = 3);
stored_as!(CopayRatio in "tenths": One = 1, Two = 2, Three = 3);
stored_as!(LimitKind in "kind": Limit = 1, LimitAndMeal = 2, Meal = 3);
stored_as!(SpecificDisease in "disease": Dialysis = 1, Haemophilia = 2, Hiv = 3);
stored_as!(MedicalTreatment in "treatment": Inpatient = 1, Outpatient = 2, Dental = 3, Dispensing = 4, VisitingNursing = 5);
stored_as!(TicketKind in "kind": Treatment = 1, Dispensing = 2);
stored_as!(CardKind in "kind": Card = 1, Android = 2, Ios = 3);
stored_as!(NoticeState in "outcome": Applied = 1, AppliedBefore = 2, Refused = 3, Undone = 4);
stored_as!(RevocationReason in "revocation_reason": KeyCompromise = 1, Ceased = 5, Lost = 6);
stored_as!(TreatmentKind in "treatment": Outpatient = 1, Visit = 2, Online = 3);
stored_as!(HolderVerification in "holder_verification": Pin = 1, Face = 2, Visual = 3, Phone = 4);
stored_as!(CardClass in "card_class":
    General = 1, Retired = 2, ShortTerm = 3, ShortTermRetired = 4, SpecialExpense = 5, SpecialRetired = 6, SelfDefence = 7,
    MedicalAid = 8);
stored_as!(LimitCategory in "category":
    A = 1, I = 2, U = 3, E = 4, O = 5, OBoundary = 6, ActiveThree = 11, ActiveTwo = 12, ActiveOne = 13, General = 14,
    LowTwo = 15, LowOne = 16, LowOnePension = 17, LowOneBoundary = 18, GeneralTwo = 19, GeneralOne = 20);

pub(super) fn period(column: &'static str, from: SqlDate, through: SqlDate) -> Result<Period, StoreError> {
    legal(column, Period::new(from.to_jiff(), through.to_jiff()))
}

pub(crate) fn to_sql(date: Date) -> SqlDate {
    date.to_sqlx()
}

pub(crate) fn from_sql(date: Option<SqlDate>) -> Option<Date> {
    date.map(SqlDate::to_jiff)
}

#[derive(Debug, Clone, sqlx::Type)]
#[sqlx(type_name = "dated_ratio")]
pub(crate) struct DatedRatioRow {
    valid_from: SqlDate,
    valid_through: SqlDate,
    tenths: i16,
}

impl From<&DatedRatio> for DatedRatioRow {
    fn from(dated: &DatedRatio) -> Self {
        Self {
            valid_from: to_sql(dated.period.from()),
            valid_through: to_sql(dated.period.through()),
            tenths: dated.ratio.number(),
        }
    }
}

impl TryFrom<DatedRatioRow> for DatedRatio {
    type Error = StoreError;

    fn try_from(row: DatedRatioRow) -> Result<Self, StoreError> {
        Ok(Self { period: period("ratios", row.valid_from, row.valid_through)?, ratio: CopayRatio::read(row.tenths)? })
    }
}

#[derive(Debug, Clone, sqlx::Type)]
#[sqlx(type_name = "elderly_certificate")]
pub(crate) struct ElderlyCertificateRow {
    issued_on: Option<SqlDate>,
    valid_from: SqlDate,
    valid_through: SqlDate,
    tenths: i16,
}

impl From<&ElderlyCertificate> for ElderlyCertificateRow {
    fn from(certificate: &ElderlyCertificate) -> Self {
        Self {
            issued_on: certificate.issued_on.map(to_sql),
            valid_from: to_sql(certificate.period.from()),
            valid_through: to_sql(certificate.period.through()),
            tenths: certificate.ratio.number(),
        }
    }
}

impl TryFrom<ElderlyCertificateRow> for ElderlyCertificate {
    type Error = StoreError;

    fn try_from(row: ElderlyCertificateRow) -> Result<Self, StoreError> {
        Ok(Self {
            issued_on: from_sql(row.issued_on),
            period: period("elderly_certificates", row.valid_from, row.valid_through)?,
            ratio: CopayRatio::read(row.tenths)?,
        })
    }
}

#[derive(Debug, Clone, sqlx::Type)]
#[sqlx(type_name = "limit_certificate")]
pub(crate) struct LimitCertificateRow {
    kind: i16,
    category: i16,
    issued_on: Option<SqlDate>,
    valid_from: SqlDate,
    valid_through: SqlDate,
    long_stay_on: Option<SqlDate>,
}

impl From<&LimitCertificate> for LimitCertificateRow {
    fn from(certificate: &LimitCertificate) -> Self {
        Self {
            kind: certificate.kind.number(),
            category: certificate.category.number(),
            issued_on: certificate.issued_on.map(to_sql),
            valid_from: to_sql(certificate.period.from()),
            valid_through: to_sql(certificate.period.through()),
            long_stay_on: certificate.long_stay_on.map(to_sql),
        }
    }
}

impl TryFrom<LimitCertificateRow> for LimitCertificate {
    type Error = StoreError;

    fn try_from(row: LimitCertificateRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: LimitKind::read(row.kind)?,
            category: LimitCategory::read(row.category)?,
            issued_on: from_sql(row.issued_on),
            period: period("limit_certificates", row.valid_from, row.valid_through)?,
            long_stay_on: from_sql(row.long_stay_on),
        })
    }
}

#[derive(Debug, Clone, sqlx::Type)]
#[sqlx(type_name = "specific_disease_certificate")]
pub(crate) struct SpecificDiseaseRow {
    disease: i16,
    issued_on: Option<SqlDate>,
    valid_from: SqlDate,
    valid_through: SqlDate,
    self_pay_yen: i32,
}

impl From<&SpecificDiseaseCertificate> for SpecificDiseaseRow {
    fn from(certificate: &SpecificDiseaseCertificate) -> Self {
        Self {
            disease: certificate.disease.number(),
            issued_on: certificate.issued_on.map(to_sql),
            valid_from: to_sql(certificate.period.from()),
            valid_through: to_sql(certificate.period.through()),
            self_pay_yen: i32::try_from(certificate.self_pay.amount()).unwrap_or(i32::MAX),
        }
    }
}

impl TryFrom<SpecificDiseaseRow> for SpecificDiseaseCertificate {
    type Error = StoreError;

    fn try_from(row: SpecificDiseaseRow) -> Result<Self, StoreError> {
        let column = "specific_disease_certificates";
        Ok(Self {
            disease: SpecificDisease::read(row.disease)?,
            issued_on: from_sql(row.issued_on),
            period: period(column, row.valid_from, row.valid_through)?,
            self_pay: Yen::try_from(i64::from(row.self_pay_yen)).map_err(|_| StoreError::illegal("coverage", column))?,
        })
    }
}

/// Converts every entry of a nullable array; null means no entries.
pub(crate) fn entries<R, T: TryFrom<R, Error = StoreError>>(rows: Option<Vec<R>>) -> Result<Vec<T>, StoreError> {
    rows.unwrap_or_default().into_iter().map(T::try_from).collect()
}

/// Converts entries for storing; None if there are none.
pub(crate) fn rows_of<'a, R: From<&'a T>, T>(entries: &'a [T]) -> Option<Vec<R>> {
    (!entries.is_empty()).then(|| entries.iter().map(R::from).collect())
}

/// Turns a failed parse into an error about a stored value of `coverage`.
pub(super) fn legal<T, E>(column: &'static str, parsed: Result<T, E>) -> Result<T, StoreError> {
    parsed.map_err(|_| StoreError::illegal("coverage", column))
}

/// Parses text that may be null; see [`legal`].
pub(super) fn optional<T, E>(
    column: &'static str,
    text: Option<String>,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| legal(column, parse(text))).transpose()
}
