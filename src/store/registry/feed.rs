//! Carries out what insurers send, entry by entry: one transaction for a file.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{Connection, PgConnection};

use crate::domain::{
    CarriedOut, Coverage, CoverageChange, InsurerNumber, NotedPerson, NoticeAction, NoticeContent, NoticeOutcome,
    NoticeRefused, NoticeState, SearchKey, SentNotice,
};
use crate::store::notices::{self, Written};
use crate::store::{Store, StoreError};

use super::compare::{Wanted, compare};
use super::held::{self, HeldPerson};
use super::links::Links;
use super::new_person::NewPerson;
use super::times::Times;
use super::{coverages, people, take_turn};

/// The time that one statement may take: less than a request of an operator, which then learns why.
const PATIENCE: &str = "15s";

impl Store {
    /// Carries out the entries of an insurer's file in their order, in one transaction, at the present `now`. An entry that is refused
    /// changes nothing, and does not stop the others. An entry counts from its own `registered_at` on, otherwise from `now` on; one that a
    /// load undid, and that is sent again as it was, from `now` on. Files and loads wait for each other; lookups go on meanwhile, and see
    /// the whole file or nothing of it. None if there is no such insurer.
    ///
    /// # Errors
    /// If the database fails or holds an illegal value; then nothing has changed, and nothing is recorded.
    pub async fn carry_out(
        &self,
        insurer: InsurerNumber,
        sent: &[SentNotice],
        now: Timestamp,
    ) -> Result<Option<CarriedOut>, StoreError> {
        let now = microseconds(now);
        let mut connection = self.pool().acquire().await?;
        let mut transaction = connection.begin().await?;
        take_turn(&mut transaction, PATIENCE).await?;
        if !notices::is_insurer(&mut transaction, insurer).await? {
            return Ok(None);
        }
        let applied = notices::applied(&mut transaction, insurer, sent.iter().filter_map(|one| one.id.as_deref())).await?;
        let undone = notices::undone(&mut transaction, insurer, sent.iter().filter_map(|one| one.id.as_deref())).await?;
        let people = held::read(&mut transaction, insurer, sent).await?;
        let links = Links::read(&mut transaction, sent, &people).await?;
        let mut feed = Feed::new(insurer, now, applied, undone, people, links);
        let mut outcomes = Vec::with_capacity(sent.len());
        for one in sent {
            outcomes.push(match feed.judge(one) {
                Judged::To(at) => {
                    // Versions of one instant are written together; an earlier one must be in the registry before a later one.
                    if at != feed.at {
                        feed.write(&mut transaction).await?;
                        feed.at = at;
                    }
                    feed.change(one)
                }
                Judged::Is(outcome) => outcome,
            });
        }
        feed.write(&mut transaction).await?;
        feed.links.write(&mut transaction, &feed.people).await?;
        let people = feed.registrations(&mut transaction).await?;
        let ids = feed.people.iter().map(|person| person.id).collect::<Vec<_>>();
        let rows: Vec<Written<'_>> = sent.iter().zip(&outcomes).map(|(one, outcome)| written(one, outcome, &ids)).collect();
        let file = notices::record(&mut transaction, insurer, now, &rows).await?;
        transaction.commit().await?;
        Ok(Some(CarriedOut { file, outcomes, people }))
    }
}

/// Cuts an instant to the precision of the database, so that what was compared is what is stored.
fn microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

fn written<'a>(sent: &'a SentNotice, outcome: &NoticeOutcome, ids: &[Option<i64>]) -> Written<'a> {
    let (state, at, person, reason) = match outcome {
        NoticeOutcome::Applied { person, at, .. } => {
            (NoticeState::Applied, Some(*at), ids.get(*person).copied().flatten(), None)
        }
        NoticeOutcome::AppliedBefore => (NoticeState::AppliedBefore, None, None, None),
        NoticeOutcome::Refused(refused) => (NoticeState::Refused, None, None, Some(refused.to_string())),
    };
    let content = (state != NoticeState::AppliedBefore).then_some(&sent.content);
    Written { id: sent.id.as_deref(), state, at, person, reason, content }
}

/// Whether an entry is to be carried out.
enum Judged {
    /// It is, at this instant.
    To(Timestamp),
    /// It is not.
    Is(NoticeOutcome),
}

/// The state of a file that is being carried out.
struct Feed {
    insurer: InsurerNumber,
    now: Timestamp,
    /// The contents of the entries that are applied, by their ids.
    applied: HashMap<String, NoticeContent>,
    /// The contents of the entries that loads undid, by their ids.
    undone: HashMap<String, Vec<NoticeContent>>,
    /// Everybody whom an entry may be about.
    people: Vec<HeldPerson>,
    /// The places of people by stable id.
    by_id: HashMap<String, usize>,
    /// The places of people by card; some may have it no longer.
    by_card: HashMap<SearchKey, Vec<usize>>,
    /// The places of the people with changes that are not written yet.
    changed: Vec<usize>,
    /// The instant of those changes.
    at: Timestamp,
    /// Certificates of cards.
    links: Links,
}

impl Feed {
    fn new(
        insurer: InsurerNumber,
        now: Timestamp,
        applied: HashMap<String, NoticeContent>,
        undone: HashMap<String, Vec<NoticeContent>>,
        people: Vec<HeldPerson>,
        links: Links,
    ) -> Self {
        let mut by_card: HashMap<SearchKey, Vec<usize>> = HashMap::new();
        for (place, person) in people.iter().enumerate() {
            for coverage in &person.coverages {
                by_card.entry(coverage.key.search_key()).or_default().push(place);
            }
        }
        let by_id = people.iter().enumerate().map(|(place, person)| (person.stable_id.clone(), place)).collect();
        Self { insurer, now, applied, undone, people, by_id, by_card, changed: Vec::new(), at: now, links }
    }

    /// Judges an entry by its id and its time alone.
    fn judge(&self, sent: &SentNotice) -> Judged {
        let refused = |reason| Judged::Is(NoticeOutcome::Refused(reason));
        match sent.id.as_ref().and_then(|id| self.applied.get(id)) {
            Some(content) if *content == sent.content => return Judged::Is(NoticeOutcome::AppliedBefore),
            Some(_) => return refused(NoticeRefused::IdTaken),
            None => {}
        }
        match &sent.read {
            Err(reason) => refused(reason.clone()),
            // The load changed the person later than the time that the entry gives.
            Ok(notice) if self.undone.get(&notice.id).is_some_and(|contents| contents.contains(&sent.content)) => {
                Judged::To(self.now)
            }
            Ok(notice) => match notice.registered_at.map_or(self.now, microseconds) {
                at if at > self.now => refused(NoticeRefused::Future(self.now)),
                at => Judged::To(at),
            },
        }
    }

    /// Changes the people in memory.
    fn change(&mut self, sent: &SentNotice) -> NoticeOutcome {
        let notice = match &sent.read {
            Ok(notice) => notice,
            Err(reason) => return NoticeOutcome::Refused(reason.clone()),
        };
        match self.try_change(&notice.action) {
            Err(refused) => NoticeOutcome::Refused(refused),
            Ok((person, coverage)) => {
                self.applied.insert(notice.id.clone(), sent.content.clone());
                // Certificates of cards have no versions: linking one is no change of the person's registrations.
                let is_link = matches!(notice.action, NoticeAction::CardLink { .. });
                if !is_link && !self.changed.contains(&person) {
                    self.changed.push(person);
                }
                NoticeOutcome::Applied { person, coverage: coverage.map(Box::new), at: self.at }
            }
        }
    }

    /// Returns the place of the person, and the coverage if the entry is about one; a coverage that is withdrawn as it was.
    fn try_change(&mut self, action: &NoticeAction) -> Result<(usize, Option<Coverage>), NoticeRefused> {
        match action {
            NoticeAction::Gain { person, acquired_on, coverage } => {
                self.gain(person, *acquired_on, coverage).map(|(person, coverage)| (person, Some(coverage)))
            }
            NoticeAction::Death { person, died_on } => Ok((self.death(person, *died_on)?, None)),
            NoticeAction::Protection { person, change } => {
                let person = self.insured(person)?;
                self.check_time(person)?;
                let held = &mut self.people[person];
                held.protection = change.changed(held.protection);
                Ok((person, None))
            }
            NoticeAction::CardLink { person, card } => {
                // Certificates are of the present, so that the time of the person's last change does not matter.
                let person = self.insured(person)?;
                self.links.add(person, card, self.at)?;
                Ok((person, None))
            }
            _ => self.change_named(action).map(|(person, coverage)| (person, Some(coverage))),
        }
    }

    /// Changes the coverage that the entry names.
    fn change_named(&mut self, action: &NoticeAction) -> Result<(usize, Coverage), NoticeRefused> {
        let (person, place) = self.named(action)?;
        let coverage = &self.people[person].coverages[place];
        let changed = action.changed(coverage)?;
        self.check_time(person)?;
        let Some(changed) = changed else { return Ok((person, self.people[person].coverages.remove(place))) };
        if !(changed.key.is_same_card(&coverage.key) && changed.key.branch == coverage.key.branch) {
            self.check_card(Some(person), &changed)?;
            self.by_card.entry(changed.key.search_key()).or_default().push(person);
        }
        self.people[person].coverages[place] = changed.clone();
        Ok((person, changed))
    }

    /// Returns the place of a person of whom the insurer has a coverage, lost or not.
    fn insured(&self, stable_id: &str) -> Result<usize, NoticeRefused> {
        let place = self.by_id.get(stable_id).copied().ok_or(NoticeRefused::NoPerson)?;
        let own = self.people[place].coverages.iter().any(|held| held.key.insurer == self.insurer);
        if own { Ok(place) } else { Err(NoticeRefused::NoPerson) }
    }

    fn death(&mut self, stable_id: &str, died_on: Date) -> Result<usize, NoticeRefused> {
        let person = self.insured(stable_id)?;
        let mut coverages = self.people[person].coverages.clone();
        for own in coverages.iter_mut().filter(|held| held.key.insurer == self.insurer) {
            NoticeAction::end_by_death(died_on, own)?;
        }
        self.check_time(person)?;
        let held = &mut self.people[person];
        held.died_on = Some(died_on);
        held.coverages = coverages;
        Ok(person)
    }

    fn gain(
        &mut self,
        stable_id: &str,
        acquired_on: Date,
        coverage: &CoverageChange,
    ) -> Result<(usize, Coverage), NoticeRefused> {
        let coverage = NoticeAction::gained(self.insurer, acquired_on, coverage)?;
        let known = self.by_id.get(stable_id).copied();
        if let Some(person) = known {
            let same = |held: &Coverage| held.key.insurer == self.insurer && held.acquired_on == acquired_on;
            if self.people[person].coverages.iter().any(same) {
                return Err(NoticeRefused::GainedTwice(acquired_on));
            }
            self.check_time(person)?;
        }
        self.check_card(known, &coverage)?;
        let person = known.unwrap_or(self.people.len());
        if known.is_none() {
            self.people.push(HeldPerson::new(stable_id.to_owned()));
            self.by_id.insert(stable_id.to_owned(), person);
        }
        self.by_card.entry(coverage.key.search_key()).or_default().push(person);
        self.people[person].coverages.push(coverage.clone());
        Ok((person, coverage))
    }

    /// Checks that the registry has no later change of the person.
    fn check_time(&self, person: usize) -> Result<(), NoticeRefused> {
        match self.people[person].last {
            Some(last) if last > self.at => Err(NoticeRefused::Earlier(last)),
            _ => Ok(()),
        }
    }

    /// Returns the places of the person and of the coverage that a notice names.
    fn named(&self, action: &NoticeAction) -> Result<(usize, usize), NoticeRefused> {
        let name = action.name().ok_or(NoticeRefused::NoCoverage)?;
        let mut found = Vec::new();
        for person in self.having(&name.key.search_key()) {
            let held = &self.people[person];
            if name.person.as_ref().is_none_or(|id| *id == held.stable_id) {
                let named = held.coverages.iter().enumerate().filter(|(_, coverage)| name.names(coverage));
                found.extend(named.map(|(place, _)| (person, place)));
            }
        }
        match found.as_slice() {
            [] => Err(NoticeRefused::NoCoverage),
            [one] => Ok(*one),
            _ => Err(NoticeRefused::Several),
        }
    }

    /// Checks that no person except this one has the card.
    fn check_card(&self, person: Option<usize>, coverage: &Coverage) -> Result<(), NoticeRefused> {
        let others = self.having(&coverage.key.search_key()).into_iter().filter(|place| Some(*place) != person);
        let same = |held: &Coverage| held.key.branch == coverage.key.branch && held.key.is_same_card(&coverage.key);
        let taken = others.flat_map(|place| &self.people[place].coverages).any(same);
        if taken { Err(NoticeRefused::OthersCard) } else { Ok(()) }
    }

    /// Returns the places of the people who have or had the card, each once.
    fn having(&self, card: &SearchKey) -> BTreeSet<usize> {
        self.by_card.get(card).into_iter().flatten().copied().collect()
    }

    /// Writes the changes in memory.
    async fn write(&mut self, transaction: &mut PgConnection) -> Result<(), StoreError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        let at: SqlTimestamp = self.at.to_sqlx();
        let changed = std::mem::take(&mut self.changed);
        let people = || changed.iter().filter_map(|place| self.people.get(*place));
        let known: Vec<i64> = people().filter_map(|person| person.id).collect();
        let new: Vec<_> = people().filter(|person| person.id.is_none()).map(HeldPerson::to_new).collect();
        let added = people::add(transaction, &new.iter().collect::<Vec<_>>(), at).await?;
        let added: HashMap<String, i64> = added.into_iter().map(|person| (person.fixture_id, person.id)).collect();
        for place in changed.iter().copied() {
            let held = &mut self.people[place];
            if let Some(id) = added.get(&held.stable_id) {
                held.id = Some(*id);
                held.written = (held.protection, held.died_on);
            }
        }
        let wanted: Vec<Wanted> = changed
            .iter()
            .filter_map(|place| self.people.get(*place))
            .flat_map(|person| {
                person.id.into_iter().flat_map(|id| Wanted::of_coverages(id, person.protection, &person.coverages))
            })
            .collect();
        let changes = compare(transaction, &known, &wanted).await?;
        let rows: Vec<(i64, NewPerson)> = changed
            .iter()
            .filter_map(|place| self.people.get(*place))
            .filter(|person| person.row_differs())
            .filter_map(|person| Some((person.id?, person.to_new())))
            .collect();
        let rows: Vec<(i64, &NewPerson)> = rows.iter().map(|(id, person)| (*id, person)).collect();
        let people: Vec<i64> = changes.people.iter().copied().chain(rows.iter().map(|(id, _)| *id)).collect();
        // Entries before a later change of their person were refused, so that all count from their own time on.
        let times = Times::find(transaction, &people, at).await?;
        coverages::keep(transaction, &changes.replaced(), &times).await?;
        people::update(transaction, &rows, &times).await?;
        coverages::write(transaction, &changes, &times).await?;
        // Who was registered so already has not changed, and may be changed as of an earlier instant yet.
        let changed_ids: HashSet<i64> = people.into_iter().chain(added.into_values()).collect();
        for place in changed {
            let held = &mut self.people[place];
            held.written = (held.protection, held.died_on);
            if held.id.is_some_and(|id| changed_ids.contains(&id)) {
                held.last = Some(self.at);
            }
        }
        Ok(())
    }

    /// Reads what is registered of everybody now.
    async fn registrations(&self, transaction: &mut PgConnection) -> Result<Vec<NotedPerson>, StoreError> {
        let ids: Vec<i64> = self.people.iter().filter_map(|person| person.id).collect();
        let mut facts = held::facts(transaction, &ids).await?;
        let mut of = |person: &HeldPerson| person.id.and_then(|id| facts.remove(&id)).unwrap_or_default();
        let noted = |person: &HeldPerson| NotedPerson {
            stable_id: person.stable_id.clone(),
            died_on: person.died_on,
            registrations: of(person),
        };
        Ok(self.people.iter().map(noted).collect())
    }
}
