//! The questions of institutions.

use jiff::civil::Date;

use super::batch::BatchKind;
use super::birth::BirthDate;
use super::card::HolderVerification;
use super::card_key::CardKey;
use super::consent::{Consents, TreatmentKind};

/// A question by the data on the insured person's card (照会区分 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardQuery {
    /// Insurer, symbol, number; without a branch every member of the household is meant.
    pub key: CardKey,
    /// 生年月日.
    pub birth_on: BirthDate,
    /// 資格確認日: the day for which the answer holds.
    pub check_on: Date,
    /// 限度額適用認定証提供同意: whether the patient lets the clinic see the limit certificate.
    pub limit_consent: bool,
}

/// A question by マイナンバーカード (照会区分 1), as sent; it does not say whether the card is genuine and present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateQuery {
    /// How the clinic verified the holder.
    pub holder: HolderVerification,
    /// 診療区分.
    pub treatment: TreatmentKind,
    /// The patient's consents at the reader.
    pub consents: Consents,
    /// 資格確認日: the day for which the answer holds.
    pub check_on: Date,
}

/// The subject of a message: all that is known before any look-up.
pub enum Subject<'a> {
    /// A person, by the data on the insured person's card.
    Card(&'a CardQuery),
    /// A person, by a card whose certificate has not been verified yet.
    Certificate {
        /// The certificate in DER.
        der: &'a [u8],
        /// The question.
        query: CertificateQuery,
    },
    /// The people of a file.
    File {
        /// The kind of the file.
        kind: BatchKind,
        /// 資格確認日, if the message names it.
        check_on: Option<Date>,
    },
    /// An institution's own number of a person.
    ReferenceNumber,
}
