//! A lane: one place where one request at a time is under way, as one terminal, over connections of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shikaku::terminal::{Connection, TerminalError};
use shikaku::wire::Format;

use super::Run;
use super::failure::Failure;
use super::line::{Job, Place};
use super::tallies::{Answered, Outcome};
use super::tally::WrongAnswer;
use crate::answer::error_code;
use crate::identities::Identity;
use crate::people::Person;
use crate::plan::{ConnectionPolicy, Scenario};
use crate::random::{Chance, Random};
use crate::scenario::message;

/// How long a lane of a closed stage rests after a failure, so that a server that is gone does not make it spin.
const REST: Duration = Duration::from_millis(100);

/// Sends what the line hands out, until it is closed.
pub(super) async fn work(run: Arc<Run>, mut place: Place, identity: Identity) {
    let mut lane = Lane { run, identity, open: None, left_open: VecDeque::new() };
    let mut free_since = Instant::now();
    while let Some(mut job) = lane.run.line.next(&mut place).await {
        loop {
            let went = lane.send(job, free_since).await;
            free_since = went.done;
            let Some(again) = job.again_until.filter(|until| free_since < *until && !lane.run.is_stopped()) else { break };
            if went.failed {
                tokio::time::sleep(REST.min(again.saturating_duration_since(free_since))).await;
            }
            let Some(number) = lane.run.next_number() else { break };
            let due = Instant::now();
            lane.run.tallies().due(job.stage, due);
            job = Job { number, due, offered: due, ..job };
        }
    }
}

struct Lane {
    run: Arc<Run>,
    identity: Identity,
    open: Option<Connection>,
    /// Connections that this terminal forgets to close.
    left_open: VecDeque<Connection>,
}

/// How a request went.
struct Went {
    failed: bool,
    /// When it was done. What the sender does after that, such as comparing the answer, is its own lateness.
    done: Instant,
}

/// What is asked, drawn by the number of the request alone, so that the same plan asks the same.
struct Question<'a> {
    /// The place of the part of the mix.
    part: usize,
    scenario: Scenario,
    person: &'a Person,
    is_compared: bool,
}

impl Lane {
    /// Sends a request and counts what became of it.
    async fn send(&mut self, job: Job, free_since: Instant) -> Went {
        let run = self.run.clone();
        let question = run.question(job.number);
        let message = message(question.scenario, self.identity.institution, question.person);
        let begun = Instant::now();
        let (mut handshake, mut sent) = (None, None);
        let all = async {
            let mut connection = match self.open.take().filter(Connection::is_open) {
                Some(connection) => connection,
                None => {
                    let connection = self.identity.terminal.connect().await?;
                    handshake = Some(begun.elapsed());
                    connection
                }
            };
            sent = Some(Instant::now());
            let reply = connection.ask(&message.path, message.format, message.body).await?;
            let done = Instant::now();
            self.put_back(connection);
            Ok::<_, TerminalError>((reply, done))
        };
        let replied = tokio::time::timeout(run.plan.bounds.request, all).await;
        let mut done = Instant::now();
        let result = match replied {
            Err(_) => Err(Failure::TimedOut),
            Ok(Err(error)) => Err(Failure::from(&error)),
            Ok(Ok((reply, at))) => {
                done = at;
                match reply.status.is_success() {
                    true => Ok(judge(&question, job.stage, message.format, &reply.body)),
                    false => Err(Failure::Refused {
                        status: reply.status.as_u16(),
                        code: error_code(message.format, &reply.body).unwrap_or_default().into(),
                    }),
                }
            }
        };
        let failed = result.is_err();
        // A request that was offered late may also have to wait, for the others that were offered with it.
        let offered_late = job.offered.saturating_duration_since(job.due);
        let late = offered_late + begun.saturating_duration_since(job.offered.max(free_since));
        let (stage, part, due) = (job.stage, question.part, job.due);
        run.tallies().add(Outcome { stage, part, due, late, handshake, sent, done, people: 1, result });
        Went { failed, done }
    }

    /// Keeps, closes or leaves open a connection after its answer.
    fn put_back(&mut self, connection: Connection) {
        match self.run.plan.identities.policy {
            ConnectionPolicy::KeptAlive => self.open = Some(connection),
            ConnectionPolicy::NewForEach => drop(connection),
            ConnectionPolicy::NeverClosed => {
                self.left_open.push_back(connection);
                if self.left_open.len() > ConnectionPolicy::LEFT_OPEN {
                    self.left_open.pop_front();
                }
            }
        }
    }
}

impl Run {
    fn question(&self, number: u64) -> Question<'_> {
        let mut random = Random::new(self.plan.seed, Chance::Request(number));
        let part = self.plan.mix.at(random.unit());
        let scenario = self.plan.mix.entries()[part].scenario;
        let person = &self.people[self.draw.place(&mut random)];
        let is_compared = random.unit() < self.plan.people.compared.get();
        Question { part, scenario, person, is_compared }
    }
}

fn judge(question: &Question<'_>, stage: usize, format: Format, body: &[u8]) -> Answered {
    if !question.is_compared {
        return Answered::Unseen;
    }
    let differences = question.person.expected.differences(format, body);
    if differences.is_empty() {
        return Answered::Right;
    }
    Answered::Wrong(WrongAnswer { stage, person: question.person.id.clone(), differences })
}
