//! Answers a slice of 同意済資格情報一括取得.

use sqlx::PgConnection;

use crate::clock::in_tokyo;
use crate::decide::{self, CardAnswer};
use crate::domain::{BatchKind, Consent, Consents, PersonId, TreatmentKind, Validity};
use crate::query::note_shown;
use crate::store::access_log::{self, Outcome, Path};
use crate::store::by_person;
use crate::store::consented::ConsentedPerson;
use crate::store::finish_slice::Finished;
use crate::store::leases::LeasedSlice;
use crate::wire::message::remark;
use crate::wire::message::unit::{EarlierConsent, Units};

use super::answer::{AnswerError, Answered, Answering, count, note_inconsistency, told};

impl Answering {
    /// Answers about people who consented before. Consents that have expired by now show nothing.
    pub(super) async fn by_consent<'c>(
        &self,
        connection: &'c mut PgConnection,
        slice: &LeasedSlice,
        base: Finished,
    ) -> Result<Answered<'c>, AnswerError> {
        let people: Vec<ConsentedPerson> = slice.people()?;
        let ids: Vec<PersonId> = people.iter().map(ConsentedPerson::person).collect();
        let facts = by_person::facts(connection, slice.institution, &ids).await?;
        let treatment = if slice.kind == BatchKind::Online { TreatmentKind::Online } else { TreatmentKind::Visit };
        let mut units = Units::new(slice.kind, slice.format, people.len());
        let mut log = Vec::with_capacity(people.len());
        for (number, ((person, facts), place)) in people.iter().zip(&facts).zip(slice.first_person..).enumerate() {
            let facts = match facts {
                Ok(facts) => facts,
                Err(error) => {
                    note_inconsistency(slice, number, "facts_by_person", error);
                    log.push(self.unanswered(person.person()));
                    units.refused(&remark::inconsistent());
                    continue;
                }
            };
            let expired = person.until() < base.at.domain;
            let live = if expired { Consents::NONE } else { person.consents() };
            let answer = match facts {
                Some(facts) => decide::by_consent(slice.check_on, Some(slice.institution), live, facts),
                None => CardAnswer::Answered { validity: Validity::NoneFound, records: Vec::new() },
            };
            let mut entry = self.unanswered(person.person());
            match answer {
                _ if slice.fail_person == Some(place) => units.refused(&remark::ordered()),
                CardAnswer::Unusable(reason) => {
                    entry.outcome = Outcome::CardUnusable(reason);
                    units.refused(&remark::card(reason));
                }
                CardAnswer::Answered { validity, records } => {
                    entry.outcome = Outcome::Answered(validity);
                    entry.limit_consent = live.has(Consent::Limit);
                    note_shown(&mut entry, &records, &self.key);
                    let named = self.directory.named(records).await?;
                    let earlier = EarlierConsent {
                        consents: person.consents(),
                        at: in_tokyo(person.at()),
                        until: in_tokyo(person.until()),
                        expired,
                    };
                    units.consented(&earlier, validity, &named);
                }
            }
            log.push(entry);
        }
        let finished = told(units, Finished { records: count(&log), ..base });
        let mut answered = Answered::begin(connection, finished).await?;
        access_log::append_slice(&mut answered.transaction, slice, Path::BulkConsented(treatment), base.at, &log).await?;
        Ok(answered)
    }
}
