//! Finds out whether a dependant lost a coverage because the insured turned 75.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::decide;
use crate::domain::PersonFacts;
use crate::query::{QueryError, failed};

use super::operations::Operations;

impl Operations {
    /// Returns the day in the month of `check_on` on which the person lost a coverage as a dependant because the insured turned
    /// 75. With `registered_by`, as the registry stood at that instant.
    pub(super) async fn lost_with_insured(
        &self,
        person: Option<&PersonFacts>,
        check_on: Date,
        registered_by: Option<Timestamp>,
    ) -> Result<Option<Date>, QueryError> {
        for (card, lost_on) in person.into_iter().flat_map(|person| decide::lost_as_dependant(person, check_on)) {
            let insured = match registered_by {
                None => self.store.insured_births(card, lost_on).await,
                Some(at) => self.store.insured_births_at(card, lost_on, at).await,
            };
            let insured = insured.map_err(failed("insured_births"))?;
            if decide::lost_with_insured(lost_on, &insured) {
                return Ok(Some(lost_on));
            }
        }
        Ok(None)
    }
}
