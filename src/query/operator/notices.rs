//! Carries out what insurers send, and reads it again.

use jiff::Timestamp;

use crate::domain::{CarriedOut, InsurerNumber, NoticeRecord, SentNotice};
use crate::query::{QueryError, failed};

use super::operations::Operations;

impl Operations {
    /// Carries out the entries of an insurer's file in their order, at the present `now`; None if there is no such insurer. An entry
    /// that is refused changes nothing, and does not stop the others.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value; then nothing has changed.
    pub async fn carry_out(
        &self,
        insurer: InsurerNumber,
        sent: &[SentNotice],
        now: Timestamp,
    ) -> Result<Option<CarriedOut>, QueryError> {
        self.store.carry_out(insurer, sent, now).await.map_err(failed("carry_out"))
    }

    /// Lists up to `most` entries of an insurer in the order in which they came, with numbers above `after`; None if there is no such
    /// insurer.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn notices(
        &self,
        insurer: InsurerNumber,
        after: i64,
        most: i64,
    ) -> Result<Option<Vec<NoticeRecord>>, QueryError> {
        if self.store.insurer(insurer).await.map_err(failed("insurer"))?.is_none() {
            return Ok(None);
        }
        self.store.notices(insurer, after, most).await.map(Some).map_err(failed("notices"))
    }

    /// Returns the entry of this id that is applied; None if there is none.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value.
    pub async fn notice(&self, insurer: InsurerNumber, id: &str) -> Result<Option<NoticeRecord>, QueryError> {
        self.store.notice(insurer, id).await.map_err(failed("notice"))
    }
}
