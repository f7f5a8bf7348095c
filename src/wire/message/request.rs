//! What every message that asks something has, whatever it asks.

use jiff::civil::Date;

use crate::domain::{InstitutionCode, ReceptionNumber, Subject};

use super::header::Processed;
use super::refused::Refusal;

/// A message that asks something. `parse` of its type reads it out of either format; a file is read person by person, by
/// [`bulk_register::read`](super::bulk_register::read). Both say what they understood before a fault.
pub trait Message {
    /// 医療機関コード that the message claims.
    fn institution(&self) -> InstitutionCode;

    /// What the access log records of the message if it is refused before anything is looked up.
    fn subject(&self) -> Subject<'_>;

    /// What a refusal of the message repeats.
    fn understood(&self) -> Understood;

    /// An answer, encoded, that says why a message of this type could not be processed (処理結果区分 9), with the members that its
    /// answer would have had.
    fn refusal(processed: &Processed, understood: &Understood, refusal: &Refusal) -> Vec<u8>
    where
        Self: Sized;
}

/// What was understood of a request that cannot be answered: as much of it as stood before the fault. It is repeated, because
/// clients pair answers by it.
#[derive(Clone, Default)]
pub struct Understood {
    pub(super) check_on: Option<Date>,
    pub(super) file_identifier: Option<String>,
    pub(super) reception_number: Option<ReceptionNumber>,
}
