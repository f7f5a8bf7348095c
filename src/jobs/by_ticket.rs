//! Answers a piece of 委託先資格情報の一括取得（医療扶助）.

use sqlx::PgConnection;

use crate::decide;
use crate::domain::{PersonId, Validity};
use crate::query::note_shown;
use crate::store::access_log::{self, Outcome, Path};
use crate::store::by_person;
use crate::store::finish_piece::Finished;
use crate::store::leases::Leased;
use crate::wire::message::remark;
use crate::wire::message::unit::Units;

use super::answer::{AnswerError, Answered, Answering, count, note_inconsistency, told};

impl Answering {
    /// Answers about people with a ticket for the institution.
    pub(super) async fn by_ticket<'c>(
        &self,
        connection: &'c mut PgConnection,
        piece: &Leased,
        base: Finished,
    ) -> Result<Answered<'c>, AnswerError> {
        let people: Vec<PersonId> = piece.people()?.into_iter().map(PersonId).collect();
        let facts = by_person::facts(connection, piece.institution, &people).await?;
        let mut units = Units::new(piece.kind, piece.format, people.len());
        let mut log = Vec::with_capacity(people.len());
        for (number, ((person, facts), place)) in people.iter().zip(&facts).zip(piece.first_person..).enumerate() {
            let facts = match facts {
                Ok(facts) => facts,
                Err(error) => {
                    note_inconsistency(piece, number, "facts_by_person", error);
                    log.push(self.unanswered(*person));
                    units.refused(&remark::inconsistent());
                    continue;
                }
            };
            let (validity, records) = match facts {
                Some(facts) => decide::by_ticket(piece.check_on, piece.institution, facts),
                None => (Validity::NoneFound, Vec::new()),
            };
            let mut entry = self.unanswered(*person);
            if piece.fail_person == Some(place) {
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
        access_log::append_piece(&mut answered.transaction, piece, Path::BulkTicket, base.at, &log).await?;
        Ok(answered)
    }
}
