//! The trait of all requests, and the parts of a request that its refusal repeats.

use jiff::civil::Date;

use crate::domain::{InstitutionCode, ReceptionNumber, Subject};

use super::header::Processed;
use super::refused::Refusal;

/// A request. `parse` of its type reads it in either format; [`bulk_register::read`](super::bulk_register::read) reads a file
/// person by person. Both return the content understood before a fault.
pub trait Message {
    /// 医療機関コード that the message claims.
    fn institution(&self) -> InstitutionCode;

    /// Returns the subject that the access log records if the message is refused before any look-up.
    fn subject(&self) -> Subject<'_>;

    /// Returns the parts that a refusal of the message repeats.
    fn understood(&self) -> Understood;

    /// Writes the answer that a message of this type could not be processed (処理結果区分 9), with the header members of its
    /// normal answer.
    fn refusal(processed: &Processed, understood: &Understood, refusal: &Refusal) -> Vec<u8>
    where
        Self: Sized;
}

/// The parts of a request that were understood before a fault. A refusal repeats them, because clients match answers to requests
/// by them.
#[derive(Clone, Default)]
pub struct Understood {
    pub(super) check_on: Option<Date>,
    pub(super) file_identifier: Option<String>,
    pub(super) reception_number: Option<ReceptionNumber>,
}
