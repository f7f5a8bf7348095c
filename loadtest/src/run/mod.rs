//! A run: sends what a plan says on its schedule, and counts what becomes of it.
//!
//! `pace` offers each request when it is due to the `line`; `lane`s take it from there, each as a terminal with connections of
//! its own; `tally` counts. [`go`] puts them together and ends them: at the end of the stages, at a bound of the plan, when the
//! server falls silent, or when it is told to stop.

mod alarm;
mod ask;
mod failure;
mod feed;
mod files;
mod knee;
mod lane;
mod line;
mod pace;
mod progress;
mod series;
mod server;
mod stock;
mod tallies;
mod tally;

use std::borrow::Cow;
use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use shikaku::clock::system_now;
use shikaku::domain::{Format, InstitutionCode};
use shikaku::language::Japanese;
use shikaku::terminal::TerminalError;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::answer::error_code;
use crate::identities::Identity;
use crate::operator::Operator;
use crate::people::{Draw, People};
use crate::plan::{Arrivals, Plan};
use crate::scenario::by_card_number;

pub use failure::Failure;
pub use knee::{Knee, Missed};
pub use progress::Progress;
pub use series::{Point, Series};
pub use server::{Sample, ServerFigures};
pub use stock::CardFigures;
pub use tally::{Tally, Times, WrongAnswer};

use alarm::Alarm;
use feed::Feed;
use line::Line;
use stock::CardCounts;
use tallies::Tallies;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All stages are done, or a bound of the plan is reached.
    Done,
    /// It was told to stop.
    Stopped,
    /// The server gave no answer any more for as long as the plan has patience.
    Silent,
}

/// What a run found.
#[derive(Debug, Clone)]
pub struct Findings {
    /// When it began.
    pub began_at: Timestamp,
    /// How it ended.
    pub end: End,
    /// The processes that ran the plan at the same time, each whole.
    pub processes: usize,
    /// What became of the requests of each stage of the plan, round after round.
    pub stages: Vec<Tally>,
    /// What became of the requests of each part of the mix, in the stages that count.
    pub parts: Vec<Tally>,
    /// How it went from moment to moment, warm-up included.
    pub series: Series,
    /// What cards cost beside the questions themselves.
    pub cards: CardFigures,
    /// What the server told of itself; none if nobody asked it.
    pub server: Option<ServerFigures>,
    /// The first wrong answers.
    pub wrong: Vec<WrongAnswer>,
}

/// What a run needs besides its plan.
pub struct Cast {
    /// The terminals.
    pub identities: Vec<Identity>,
    /// The people asked about.
    pub people: People,
    /// The server's operator listener, for its own figures and for registrations.
    pub operator: Option<Operator>,
    /// How often the stages are run, one round after the other.
    pub rounds: NonZeroUsize,
    /// When the first stage begins; at once if none.
    pub start_at: Option<Timestamp>,
    /// Is told how the run goes on, twice a second.
    pub told: Box<dyn Fn(Progress) + Send + Sync>,
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A closed stage wants more requests at once than there are connections.
    #[error("stage {stage} wants {at_once} requests at once, but `terminals` times `connections_each` is {lanes}")]
    TooFewConnections {
        /// The stage.
        stage: String,
        /// The requests at once.
        at_once: usize,
        /// The connections.
        lanes: usize,
    },
    /// A terminal got no response to its first question.
    #[error("before the run, a terminal of institution {institution} got no answer: {source}")]
    NoAnswer {
        /// The institution.
        institution: InstitutionCode,
        /// What happened.
        source: TerminalError,
    },
    /// A terminal got no response to its first question in time.
    #[error("before the run, a terminal of institution {institution} got no answer within {} s", .within.as_secs_f64())]
    NoAnswerInTime {
        /// The institution.
        institution: InstitutionCode,
        /// The time of a request.
        within: Duration,
    },
    /// The server refuses a terminal's first question.
    #[error(
        "before the run, the server refused a question of institution {institution} with HTTP status {status} {code}; docs/errors.md \
         explains the codes, and `institutions` in the plan names others"
    )]
    Refused {
        /// The institution.
        institution: InstitutionCode,
        /// HTTP status.
        status: u16,
        /// The official code; empty if there is none.
        code: String,
    },
    /// The run was to begin at an instant that has passed.
    #[error("it was to start at {0}, which had passed when everything was ready: choose a later instant")]
    TooLate(Timestamp),
    /// The plan registers people, and no operator listener is known.
    #[error(
        "the plan sends registrations, which go to the operator listener: name it as `operator` in `[target]`, or with --operator"
    )]
    NoOperator,
    /// The plan registers people, and the directory of people has no insurer that does so.
    #[error(
        "the plan sends registrations, but the directory of people has no insurer of 協会けんぽ (01…) that could register them"
    )]
    NoInsurer,
    /// The alarm of the schedule cannot be set.
    #[error("the schedule cannot be kept: {0}")]
    NoAlarm(std::io::Error),
}

impl Japanese for RunError {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::TooFewConnections { stage, at_once, lanes } => format!(
                "ステージ{stage}の同時{at_once}件に対して、`terminals`×`connections_each`は{lanes}しかありません"
            ),
            Self::NoAnswer { institution, source } => {
                format!("開始前の確認で、医療機関{institution}の端末が回答を得られませんでした: {}", source.japanese())
            }
            Self::NoAnswerInTime { institution, within } => format!(
                "開始前の確認で、医療機関{institution}の端末が{}秒以内に回答を得られませんでした",
                within.as_secs_f64()
            ),
            Self::Refused { institution, status, code } => format!(
                "開始前の確認で、医療機関{institution}の照会が拒否されました（HTTPステータス{status} {code}）。コードの説明は\
                 docs/errors.ja.mdにあります。別の医療機関は計画の`institutions`で指定できます"
            ),
            Self::TooLate(start_at) => {
                format!("開始時刻{start_at}は、準備ができたときには過ぎていました。もっと後の時刻を指定してください")
            }
            Self::NoOperator => "登録を送る計画ですが、送り先となる運用者用の待ち受けが分かりません。`[target]`の`operator`か--operatorで\
                 指定してください"
                .to_owned(),
            Self::NoInsurer => "登録を送る計画ですが、人物のディレクトリーに登録元となる協会けんぽ（01…）がありません".to_owned(),
            Self::NoAlarm(error) => format!("スケジュールを維持できません: {}", error.japanese()),
        }
        .into()
    }
}

/// What all parts of a run share.
struct Run {
    plan: Plan,
    rounds: usize,
    people: People,
    draw: Draw,
    /// Among holders of cards; none if no cards are shown.
    draw_holders: Option<Draw>,
    cards: CardCounts,
    /// As many cards may sign at once as there are processors.
    signers: Semaphore,
    /// Files that wait for their results.
    files_waiting: AtomicUsize,
    /// What insurers register; none if the plan registers nothing.
    feed: Option<Feed>,
    line: Line,
    tallies: Mutex<Tallies>,
    server: Mutex<ServerFigures>,
    /// The number of requests so far.
    numbers: AtomicU64,
    stopped: AtomicBool,
}

impl Run {
    /// Returns the number of a new request; none if the plan bounds them.
    fn next_number(&self) -> Option<u64> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        (number < self.most()).then_some(number)
    }

    /// Returns whether the plan allows no more requests.
    fn is_exhausted(&self) -> bool {
        self.numbers.load(Ordering::Relaxed) >= self.most()
    }

    fn most(&self) -> u64 {
        self.plan.bounds.requests.map_or(u64::MAX, |most| most.get() as u64)
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn tallies(&self) -> MutexGuard<'_, Tallies> {
        // A panic elsewhere does not take away what was counted.
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self) -> MutexGuard<'_, ServerFigures> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long requests under way may take once a run is told to stop.
const AFTER_STOP: Duration = Duration::from_secs(2);

/// How often the silence of the server is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Runs a plan until its end or until `stop` is done.
///
/// # Errors
/// If the run does not begin; see [`RunError`]. Once it has begun there are always findings.
pub async fn go(plan: &Plan, cast: Cast, stop: impl Future<Output = ()>) -> Result<Findings, RunError> {
    let Cast { identities, people, operator, rounds, start_at, told } = cast;
    let lanes = identities.len() * plan.identities.connections.get();
    for stage in &plan.stages {
        if let Arrivals::Closed(at_once) = stage.arrivals
            && at_once.get() > lanes
        {
            let (stage, at_once) = (stage.name.clone(), at_once.get());
            return Err(RunError::TooFewConnections { stage, at_once, lanes });
        }
    }
    tokio::pin!(stop);
    let end = tokio::select! {
        first = first_questions(plan, &identities, &people) => {
            first?;
            None
        }
        () = &mut stop => Some(End::Stopped),
    };
    let (line, places) = Line::new(lanes, plan.bounds.waiting.get());
    let draw = Draw::new(plan.people.choice, NonZeroUsize::new(people.asked.len()).expect("somebody to ask about"));
    let feed = match plan.mix.registers() {
        true => {
            let operator = operator.clone().ok_or(RunError::NoOperator)?;
            Some(Feed::of(&people.insurers, operator).ok_or(RunError::NoInsurer)?)
        }
        false => None,
    };
    let run = Arc::new(Run {
        plan: plan.clone(),
        rounds: rounds.get(),
        draw_holders: Run::draw_among(plan, people.holders.len()),
        people,
        draw,
        cards: CardCounts::default(),
        signers: Semaphore::new(thread::available_parallelism().map_or(1, NonZeroUsize::get)),
        files_waiting: AtomicUsize::new(0),
        feed,
        line,
        tallies: Mutex::new(Tallies::new(plan, rounds.get())),
        server: Mutex::default(),
        numbers: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
    });
    let asked = operator.is_some();
    let mut tasks = JoinSet::new();
    let end = match end {
        Some(end) => Some(end),
        None => tokio::select! {
            ready = get_ready(&run, &mut tasks, places, &identities, start_at) => {
                ready?;
                None
            }
            () = &mut stop => Some(End::Stopped),
        },
    };
    let began_at = system_now();
    let end = match end {
        Some(end) => end,
        None => {
            let watch = operator.map(|operator| tokio::spawn(server::watch(run.clone(), operator)));
            let end = pursue(&run, &mut tasks, stop, told).await;
            if let Some(watch) = watch {
                watch.abort();
            }
            end?
        }
    };
    tasks.shutdown().await;
    let server = asked.then(|| run.server().clone());
    let mut tallies = run.tallies();
    tallies.settle();
    Ok(Findings {
        began_at,
        end,
        processes: 1,
        stages: std::mem::take(&mut tallies.stages),
        parts: std::mem::take(&mut tallies.parts),
        series: std::mem::take(&mut tallies.series),
        cards: run.cards.figures(),
        server,
        wrong: std::mem::take(&mut tallies.wrong),
    })
}

/// Keeps the pace until the end of all stages, then waits for the requests under way.
async fn pursue(
    run: &Arc<Run>,
    tasks: &mut JoinSet<()>,
    mut stop: std::pin::Pin<&mut impl Future<Output = ()>>,
    told: impl Fn(Progress),
) -> Result<End, RunError> {
    // Dropped on every way out, which ends the pace.
    let (stop_pace, paced) = tokio::sync::oneshot::channel();
    let alarm = Alarm::new().map_err(RunError::NoAlarm)?;
    let mut pace = tokio::spawn(pace::keep(run.clone(), alarm, paced));
    let mut kept = None;
    let finished = async {
        kept = Some((&mut pace).await);
        // Those that wait have the time of one request to be sent and answered, and files that of their results.
        let most = run.plan.bounds.request + run.plan.mix.longest_patience();
        let _ = tokio::time::timeout(most, all(tasks)).await;
    };
    let end = tokio::select! {
        () = finished => End::Done,
        () = &mut stop => End::Stopped,
        () = silence(run) => End::Silent,
        never = progress::tell(run, told) => match never {},
    };
    run.stopped.store(true, Ordering::Relaxed);
    drop(stop_pace);
    run.line.cut();
    if end != End::Done {
        let _ = tokio::time::timeout(AFTER_STOP, all(tasks)).await;
    }
    let kept = match kept {
        Some(kept) => kept,
        // It ends now: it waits for nothing but the stop.
        None => pace.await,
    };
    if let Err(ended) = kept {
        std::panic::resume_unwind(ended.into_panic());
    }
    Ok(end)
}

async fn all(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

/// Waits until the server has been silent for as long as the plan has patience.
async fn silence(run: &Run) {
    loop {
        tokio::time::sleep(LOOK).await;
        if run.tallies().silent_for() >= run.plan.bounds.patience {
            return;
        }
    }
}

/// Starts the lanes, which make signed challenges ahead, and waits for the instant of the start, which must not have passed.
async fn get_ready(
    run: &Arc<Run>,
    tasks: &mut JoinSet<()>,
    places: Vec<line::Place>,
    identities: &[Identity],
    start_at: Option<Timestamp>,
) -> Result<(), RunError> {
    let (filled, mut filling) = tokio::sync::mpsc::channel(1);
    for (number, place) in places.into_iter().enumerate() {
        let identity = identities[number % identities.len()].clone();
        tasks.spawn(lane::work(run.clone(), place, identity, filled.clone()));
    }
    drop(filled);
    // If signing takes too long, the run begins, and tells how many were missing.
    let _ = tokio::time::timeout(run.plan.bounds.request, filling.recv()).await;
    if let Some(start_at) = start_at {
        let left = Duration::try_from(start_at - system_now()).map_err(|_| RunError::TooLate(start_at))?;
        tokio::time::sleep(left).await;
    }
    Ok(())
}

/// The most institutions that ask a question before the run.
const MOST_FIRST: usize = 50;

/// Asks one question as each institution, so that a server that cannot be reached, or does not take these terminals, is told at once.
async fn first_questions(plan: &Plan, identities: &[Identity], people: &People) -> Result<(), RunError> {
    let mut seen = HashSet::new();
    let one_each = identities.iter().filter(|identity| seen.insert(identity.institution)).take(MOST_FIRST);
    let first = people.asked.first().expect("somebody to ask about");
    for Identity { institution, terminal } in one_each {
        let institution = *institution;
        let message = by_card_number::message(Format::Json, institution, first);
        let asked = async { terminal.connect().await?.ask(&message.path, message.format, message.body).await };
        let within = plan.bounds.request;
        let reply = tokio::time::timeout(within, asked)
            .await
            .map_err(|_| RunError::NoAnswerInTime { institution, within })?
            .map_err(|source| RunError::NoAnswer { institution, source })?;
        if !reply.status.is_success() {
            let code = error_code(message.format, &reply.body).unwrap_or_default();
            return Err(RunError::Refused { institution, status: reply.status.as_u16(), code });
        }
    }
    Ok(())
}
