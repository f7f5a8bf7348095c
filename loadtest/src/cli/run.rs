//! `shikaku-load run`: runs a plan and reports.

use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use shikaku::clock::system_now;
use shikaku::command_line::{open_files, within};
use shikaku::language::{Bilingual, Language};
use tokio::signal::unix::{SignalKind, signal};

use super::exit::Exit;
use super::live::Live;
use super::out::OutDirectory;
use crate::operator::Operator;
use crate::plan::{Plan, Target};
use crate::report::Report;
use crate::run::{Cast, Progress, RunError};
use crate::{identities, people, run as engine};

#[derive(clap::Args)]
pub(super) struct Options {
    /// The file of the plan
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The server's terminal listener, in the place of the plan's. If the plan names another machine, repeat it here
    #[arg(long, value_name = "HOST:PORT", value_parser = target)]
    target: Option<Target>,
    /// Directory of the test PKI, in the place of the plan's
    #[arg(long, value_name = "DIR")]
    pki: Option<PathBuf>,
    /// Directory of the people asked about, fixtures or the mass format, in the place of the plan's
    #[arg(long, value_name = "DIR")]
    people: Option<PathBuf>,
    /// Directory for the results; by default nothing is written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The operator listener of the server, in the place of the plan's. If the plan names another machine, repeat it here
    #[arg(long, value_name = "HOST:PORT", value_parser = target)]
    operator: Option<Target>,
    /// Bearer token of the operator listener
    #[arg(long, value_name = "TOKEN", env = "SHIKAKU_OPERATOR_TOKEN", hide_env_values = true)]
    operator_token: Option<String>,
    /// Run the stages so often, one round after the other: their spread says what is noise
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = within(1, MOST_ROUNDS))]
    rounds: u32,
    /// When the first stage begins, for several processes at once, such as 2026-11-29T18:30:00+09:00
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    start_at: Option<Timestamp>,
    /// Which of several processes this is, from 0: each takes terminals and random choices of its own
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = within(0, MOST_PROCESSES))]
    process: u32,
}

/// The highest number of a process.
const MOST_PROCESSES: u32 = 9_999;

/// The most rounds; each keeps its own figures.
const MOST_ROUNDS: u32 = 20;

/// Reads an instant that is at most a day away; its error is in both languages.
fn instant(text: &str) -> Result<Timestamp, Bilingual> {
    let instant: Timestamp = text.parse().map_err(|_| {
        (
            "must be an instant with its offset, such as 2026-11-29T18:30:00+09:00",
            "2026-11-29T18:30:00+09:00のように、時差つきの日時を書いてください",
        )
    })?;
    let left = instant - system_now();
    if left.get_seconds().is_negative() || left.get_milliseconds().is_negative() {
        return Err(("has passed", "過ぎています").into());
    }
    if left.get_seconds() > A_DAY {
        return Err(("is more than a day away", "1日以上先です").into());
    }
    Ok(instant)
}

/// Seconds of a day.
const A_DAY: i64 = 86_400;

/// Reads a target; its error is in both languages.
fn target(text: &str) -> Result<Target, Bilingual> {
    text.parse::<Target>().map_err(Into::into)
}

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    let (mut plan, text) = Plan::read(&options.plan).map_err(|faults| Exit::faults(2, &faults, 0))?;
    plan.seed = plan.seed.wrapping_add(u64::from(options.process));
    let destination = plan.target.allow(options.target.as_ref()).map_err(Exit::usage)?;
    let operator = operator(options, &plan)?;
    if plan.mix.registers() && operator.is_none() {
        return Err(RunError::NoOperator.into());
    }
    let out = options.out.as_deref().map(OutDirectory::at).transpose()?;
    room_for(plan.identities.open_at_once())?;
    let pki = options.pki.as_ref().unwrap_or(&plan.identities.pki);
    let identities =
        identities::read(&plan.identities, options.process as usize, pki, &destination).map_err(Exit::environment)?;
    let directory = options.people.as_ref().unwrap_or(&plan.people.directory);
    let people = people::read(&plan.people, plan.mix.shows_cards(), directory, pki, plan.seed)?;
    let number = people.asked.len();
    let rounds = NonZeroUsize::new(options.rounds as usize).expect("at least one");
    // One thread sends: workers that hand requests to each other take more processor time than they save, and a second process
    // sends more than a second thread would. Long answers are compared aside.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(Exit::environment)?;
    let findings = runtime.block_on(async {
        // Listened for before the run, so that it can be stopped at any moment.
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Exit::environment)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Exit::environment)?;
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        let live = Arc::new(Live::of(&plan, language));
        let told = live.clone();
        let told = Box::new(move |progress: Progress| told.show(&progress));
        let cast = Cast { identities, people, operator, rounds, start_at: options.start_at, told };
        let findings = engine::go(&plan, cast, stop).await;
        live.end();
        findings.map_err(Exit::from)
    })?;
    let report = Report::new(plan, text, &destination, number, findings);
    print(&report, language);
    if let Some(out) = out {
        out.save(&report, language)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

/// Returns the operator listener that is asked for the server's figures: the one of the command line, or that of the plan unless the
/// command line names another server.
fn operator(options: &Options, plan: &Plan) -> Result<Option<Operator>, Exit> {
    let is_of_plan = options.target.as_ref().is_none_or(|target| *target == plan.target);
    let named = options.operator.as_ref();
    let destination = match (&plan.operator, named) {
        (Some(planned), Some(_)) => planned.allow(named),
        (Some(planned), None) if is_of_plan => planned.allow(None),
        (None, Some(named)) => named.allow(None),
        (_, None) => return Ok(None),
    };
    let destination = destination.map_err(Exit::usage)?;
    Ok(Some(Operator::new(&destination, options.operator_token.clone())))
}

/// Open files besides connections to the server.
const OTHERS: u64 = 64;

/// Makes sure that so many connections can be open. If they could not, it would look as if the server refused them.
fn room_for(connections: usize) -> Result<(), Exit> {
    let needed = connections as u64 + OTHERS;
    let files = open_files(needed);
    if files >= needed {
        return Ok(());
    }
    Err(Exit::environment((
        format!(
            "this process may have {files} files open at once, but the plan's {connections} connections need {needed}: raise the limit, \
             as with `ulimit -n {needed}`, or plan fewer terminals"
        ),
        format!(
            "このプロセスが同時に開けるファイルは{files}個までですが、計画の{connections}接続には{needed}個必要です。`ulimit -n {needed}`などで\
             上限を上げるか、端末を減らしてください"
        ),
    )))
}

/// Prints the table. If standard output is closed, the exit code and the files still tell.
pub(super) fn print(report: &Report, language: Language) {
    let mut out = std::io::stdout().lock();
    let colour = out.is_terminal();
    let _ = out.write_all(report.table(language, colour).as_bytes()).and_then(|()| out.flush());
}
