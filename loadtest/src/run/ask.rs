//! What a request of each scenario does on a lane.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use shikaku::wire::Format;

use super::Run;
use super::failure::Failure;
use super::files::Waiting;
use super::lane::{Lane, Sent, Went};
use super::line::Job;
use super::stock::{CardCounts, Stocked};
use super::tallies::Answered;
use super::tally::WrongAnswer;
use crate::answer::{Difference, Expected};
use crate::people::{Draw, Person};
use crate::plan::{BulkPlan, Plan, Scenario};
use crate::random::{Chance, Random};
use crate::scenario::bulk::{self, Fetched};
use crate::scenario::by_card::{self, Signed};
use crate::scenario::by_card_number;
use crate::scenario::registrations::{self, Change, Newcomer};

/// The size from which on a file or a result is worked on in a place of its own, so that it keeps no other lane waiting.
const LARGE: usize = 64 * 1024;
/// The people of a file of that size.
const MANY: usize = 200;

impl Lane {
    /// Sends a request and counts what became of it; a file that the server took is counted later.
    pub async fn send(&mut self, job: Job) {
        let run = self.run.clone();
        let mut random = Random::new(run.plan.seed, Chance::Request(job.number));
        let part = run.plan.mix.at(random.unit());
        match run.plan.mix.entries()[part].scenario {
            Scenario::ByCardNumber { format } => self.by_card_number(&run, job, part, format, &mut random).await,
            Scenario::ByCard { format, .. } => self.by_card(&run, job, part, format, &mut random).await,
            Scenario::Bulk(plan) => self.file(&run, job, part, plan, &mut random).await,
            Scenario::Registrations { entries, losses } => {
                self.register(&run, job, part, entries, losses.get(), &mut random).await;
            }
        }
    }

    async fn by_card_number(&mut self, run: &Run, job: Job, part: usize, format: Format, random: &mut Random) {
        let person = &run.people.asked[run.draw.place(random)];
        let is_compared = random.unit() < run.plan.people.compared.get();
        let message = by_card_number::message(format, self.identity.institution, person);
        let sent = self.exchange(message).await;
        let expected = is_compared.then_some((person.id.as_str(), &person.expected));
        self.count_single(job, part, format, sent, expected);
    }

    async fn by_card(&mut self, run: &Run, job: Job, part: usize, format: Format, random: &mut Random) {
        let is_compared = random.unit() < run.plan.people.compared.get();
        let stocked = match self.stock.take(Instant::now()) {
            Some(stocked) if stocked.signing.is_finished() => Ok(stocked),
            found => {
                CardCounts::add(&run.cards.unready);
                match found {
                    Some(stocked) => Ok(stocked),
                    None => self.take_challenge().await,
                }
            }
        };
        let ready = match stocked {
            Ok(Stocked { holder, signing, .. }) => {
                let holder = &run.people.holders[holder];
                // None if the card could not sign, or the task of the signature was ended with the run.
                let signed = signing.await.ok().flatten();
                let message =
                    signed.and_then(|signed| by_card::message(format, self.identity.institution, holder, &signed).ok()?);
                message.map(|message| (holder, message)).ok_or(Failure::Card)
            }
            Err(failure) => Err(failure),
        };
        match ready {
            Ok((holder, message)) => {
                let sent = self.exchange(message).await;
                let expected = is_compared.then_some((holder.id.as_str(), &holder.expected));
                self.count_single(job, part, format, sent, expected);
            }
            Err(failure) => {
                let now = Instant::now();
                let late = self.lateness(&job, now);
                self.count(job, Went { part, late, sent: None, done: now, people: 1, result: Err(failure) });
            }
        }
    }

    /// Counts a question about one person, which is compared if it is known what must come.
    fn count_single(&mut self, job: Job, part: usize, format: Format, sent: Sent, expected: Option<(&str, &Expected)>) {
        let late = self.lateness(&job, sent.begun);
        let result = sent.reply.map(|body| match expected {
            None => Answered::Unseen,
            Some((id, expected)) => judged(job.stage, id, expected.differences(format, &body)),
        });
        self.count(job, Went { part, late, sent: sent.at, done: sent.done, people: 1, result });
    }

    /// Keeps one more challenge ready. A failure is not one of a request: the next question by card tells.
    pub async fn restock(&mut self) {
        match self.take_challenge().await {
            Ok(stocked) => self.stock.put(stocked),
            Err(_) => self.stock.rest(),
        }
    }

    /// Takes a challenge for a card, which begins to sign.
    async fn take_challenge(&mut self) -> Result<Stocked, Failure> {
        let run = self.run.clone();
        let mut random = Random::new(run.plan.seed, Chance::Card(run.cards.uses.fetch_add(1, Ordering::Relaxed)));
        let draw = run.draw_holders.as_ref().ok_or(Failure::Card)?;
        let holder = draw.place(&mut random);
        let taken = Instant::now();
        let sent = self.exchange(by_card::challenge_message(&run.people.holders[holder])).await;
        let challenge = sent.reply.and_then(|body| by_card::challenge(&body).ok_or(Failure::Card));
        CardCounts::add(if challenge.is_ok() { &run.cards.challenges } else { &run.cards.failed });
        let challenge = challenge?;
        let signing = tokio::spawn(sign(run, holder, challenge));
        Ok(Stocked::new(holder, taken, signing))
    }

    /// Sends a file. If the server takes it, it waits for its result without holding the lane.
    async fn file(&mut self, run: &Run, job: Job, part: usize, plan: BulkPlan, random: &mut Random) {
        if run.files_waiting.fetch_add(1, Ordering::Relaxed) >= run.plan.bounds.waiting.get() {
            run.files_waiting.fetch_sub(1, Ordering::Relaxed);
            run.tallies().unsent(job.stage, job.due);
            self.follow(job, true);
            return;
        }
        let people = run.file(plan, random);
        let institution = self.identity.institution;
        let message = aside(people.len() >= MANY, || bulk::upload(plan.format, institution, &people, job.number));
        let sent = self.exchange(message).await;
        let late = self.lateness(&job, sent.begun);
        let reception =
            sent.reply.and_then(|body| bulk::reception(plan.format, &body).ok_or(Failure::GivenUp(String::new())));
        match reception {
            Ok(reception) => {
                let waiting = Waiting { job, part, reception, plan, late, sent: sent.at, until: sent.done + plan.patience };
                self.files.add(sent.done + plan.first_poll, waiting);
                self.free_since = sent.done;
            }
            Err(failure) => {
                run.files_waiting.fetch_sub(1, Ordering::Relaxed);
                let people = people.len() as u64;
                let result = Err(failure);
                self.count(job, Went { part, late, sent: sent.at, done: sent.done, people, result });
            }
        }
    }

    /// Asks for the result of a file.
    pub async fn poll(&mut self, file: Waiting) {
        let run = self.run.clone();
        let plan = file.plan;
        let sent = self.exchange(bulk::fetch(plan.format, self.identity.institution, &file.reception)).await;
        let mut random = Random::new(run.plan.seed, Chance::Request(file.job.number));
        // The part of the mix was drawn first.
        random.unit();
        let people = run.file(plan, &mut random);
        let compared = run.plan.people.compared.get();
        let fetched = sent.reply.map(|body| {
            let is_compared: Vec<bool> = people.iter().map(|_| random.unit() < compared).collect();
            let fetched =
                aside(body.len() >= LARGE, || bulk::fetched(plan.format, &body, &people, |place| is_compared[place]));
            (fetched, is_compared.contains(&true))
        });
        let stage = file.job.stage;
        let result = match fetched {
            Ok((Fetched::InWork, _)) if sent.done < file.until => {
                self.files.add(sent.done + plan.poll, file);
                return;
            }
            Ok((Fetched::InWork, _)) => Err(Failure::NoResult),
            Ok((Fetched::GivenUp(code), _)) => Err(Failure::GivenUp(code)),
            Ok((Fetched::Unreadable, _)) => Ok(judged(stage, "", vec![Difference::unreadable()])),
            Ok((Fetched::Result(Some((person, differences))), _)) => Ok(judged(stage, &person, differences)),
            Ok((Fetched::Result(None), true)) => Ok(Answered::Right),
            Ok((Fetched::Result(None), false)) => Ok(Answered::Unseen),
            Err(failure) => Err(failure),
        };
        run.files_waiting.fetch_sub(1, Ordering::Relaxed);
        let (part, late, people) = (file.part, file.late, people.len() as u64);
        self.count(file.job, Went { part, late, sent: file.sent, done: sent.done, people, result });
    }

    /// Sends entries of an insurer to the operator listener.
    async fn register(&mut self, run: &Run, job: Job, part: usize, entries: NonZeroUsize, losses: f64, random: &mut Random) {
        let feed = run.feed.as_ref().expect("a run whose plan registers has a feed");
        let seed = run.plan.seed;
        let insurer = random.place(feed.insurers.len());
        let first = job.number * entries.get() as u64;
        let change = |place: u64| match random.unit() < losses {
            true => feed.loss(insurer, Newcomer(first + place)),
            false => Change::Gain(Newcomer(first + place)),
        };
        let changes: Vec<Change> = (0..entries.get() as u64).map(change).collect();
        let body = registrations::body(seed, &changes);
        let begun = Instant::now();
        let late = self.lateness(&job, begun);
        let path = registrations::path(feed.insurers[insurer]);
        let posted = feed.operator.post(&path, body.into());
        let posted = tokio::time::timeout(run.plan.bounds.request, posted).await;
        let done = Instant::now();
        let result = match posted {
            Err(_) => Err(Failure::TimedOut),
            Ok(Err(error)) => Err(Failure::from(&error)),
            Ok(Ok((status, text))) if status.is_success() => match registrations::outcome(seed, &changes, &text) {
                registrations::Outcome::Applied => {
                    feed.applied(insurer, &changes);
                    Ok(Answered::Right)
                }
                registrations::Outcome::Refused(code) => Err(Failure::EntryRefused(code)),
                registrations::Outcome::Wrong(differences) => Ok(judged(job.stage, "", differences)),
            },
            Ok(Ok((status, text))) => Err(Failure::Refused {
                status: status.as_u16(),
                code: registrations::problem_code(&text).unwrap_or_default().into(),
            }),
        };
        let people = changes.len() as u64;
        self.count(job, Went { part, late, sent: Some(begun), done, people, result });
    }
}

/// Lets a card sign, in a place where work that takes long keeps nobody waiting, and not more cards at once than there are processors.
async fn sign(run: Arc<Run>, holder: usize, challenge: by_card::Challenge) -> Option<Signed> {
    let _place = run.signers.acquire().await.ok()?;
    let of_task = run.clone();
    let signing = tokio::task::spawn_blocking(move || by_card::sign(&of_task.people.holders[holder], challenge).ok());
    signing.await.ok().flatten()
}

/// Does long work where it keeps nobody else waiting.
fn aside<T>(is_long: bool, work: impl FnOnce() -> T) -> T {
    if is_long { tokio::task::block_in_place(work) } else { work() }
}

fn judged(stage: usize, person: &str, differences: Vec<Difference>) -> Answered {
    if differences.is_empty() {
        return Answered::Right;
    }
    Answered::Wrong(WrongAnswer { stage, person: person.to_owned(), differences })
}

impl Run {
    /// Draws the people of a file.
    fn file(&self, plan: BulkPlan, random: &mut Random) -> Vec<&Person> {
        let from = self.draw.place(random);
        let number = plan.fewest.get() + random.place(plan.most.get() - plan.fewest.get() + 1);
        bulk::people(&self.people.asked, from, number)
    }

    /// Makes the draw among holders of cards, if there are any.
    pub(super) fn draw_among(plan: &Plan, holders: usize) -> Option<Draw> {
        NonZeroUsize::new(holders).map(|holders| Draw::new(plan.people.choice, holders))
    }
}
