//! Answers a slice of 委託先資格情報の一括取得（医療扶助）.

use sqlx::PgConnection;

use crate::decide;
use crate::domain::{PersonId, Validity};
use crate::query::note_shown;
use crate::store::access_log::{self, Outcome, Path};
use crate::store::by_person;
use crate::store::finish_slice::Finished;
use crate::store::leases::LeasedSlice;
use crate::wire::message::remark;
use crate::wire::message::unit::Units;

use super::answer::{AnswerError, Answered, Answering, count, note_inconsistency, told};

impl Answering {
    /// Answers about people with a ticket for the institution.
    pub(super) async fn by_ticket<'c>(
        &self,
        connection: &'c mut PgConnection,
        slice: &LeasedSlice,
        base: Finished,
    ) -> Result<Answered<'c>, AnswerError> {
        let people: Vec<PersonId> = slice.people()?.into_iter().map(PersonId).collect();
        let facts = by_person::facts(connection, slice.institution, &people).await?;
        let mut units = Units::new(slice.kind, slice.format, people.len());
        let mut log = Vec::with_capacity(people.len());
        for (number, ((person, facts), place)) in people.iter().zip(&facts).zip(slice.first_person..).enumerate() {
            let facts = match facts {
                Ok(facts) => facts,
                Err(error) => {
                    note_inconsistency(slice, number, "facts_by_person", error);
                    log.push(self.unanswered(*person));
                    units.refused(&remark::inconsistent());
                    continue;
                }
            };
            let (validity, records) = match facts {
                Some(facts) => decide::by_ticket(slice.check_on, slice.institution, facts),
                None => (Validity::NoneFound, Vec::new()),
            };
            let mut entry = self.unanswered(*person);
            if slice.fail_person == Some(place) {
                units.refused(&remark::ordered());
            } else {
                entry.outcome = Outcome::Answered(validity);
                note_shown(&mut entry, &records, &self.key);
                units.entrusted(validity, &self.directory.named(records).await?);
            }
            log.push(entry);
        }
        let finished = told(units, Finished { records: count(&log), ..base });
        let mut answered = Answered::begin(connection, finished).await?;
        access_log::append_slice(&mut answered.transaction, slice, Path::BulkTicket, base.at, &log).await?;
        Ok(answered)
    }
}
