//! `shikaku-load run`: runs a plan and reports.

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use shikaku::command_line::open_files;
use shikaku::language::{Japanese, Language};
use tokio::signal::unix::{SignalKind, signal};

use super::exit::Exit;
use crate::plan::{Plan, Target};
use crate::report::Report;
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
    /// JSON file for the results
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Reads a target; its error is in both languages.
fn target(text: &str) -> Result<Target, shikaku::language::Bilingual> {
    text.parse::<Target>().map_err(Into::into)
}

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    let plan = Plan::read(&options.plan).map_err(|faults| Exit::faults(2, &faults, 0))?;
    let destination = plan.target.allow(options.target.as_ref()).map_err(Exit::usage)?;
    // Tried before the run: it would be a pity to learn at its end that the directory does not exist.
    let out = options.out.as_deref().map(|path| created(path).map(|file| (path, file))).transpose()?;
    room_for(plan.identities.open_at_once())?;
    let pki = options.pki.as_ref().unwrap_or(&plan.identities.pki);
    let terminals = identities::read(&plan.identities, pki, &destination).map_err(Exit::environment)?;
    let directory = options.people.as_ref().unwrap_or(&plan.people.directory);
    let asked_about = people::read(&plan.people, directory, plan.seed)?;
    let number = asked_about.len();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Exit::environment)?;
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
        engine::go(&plan, terminals, asked_about, stop).await.map_err(Exit::from)
    })?;
    let report = Report::new(plan, &destination, number, findings);
    print(&report, language);
    if let Some((path, file)) = out {
        save(&report, path, file)?;
    }
    Ok(ExitCode::from(report.exit_code()))
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

/// Prints the table. If standard output is closed, the exit code and the file still tell.
fn print(report: &Report, language: Language) {
    let mut out = std::io::stdout().lock();
    let colour = out.is_terminal();
    let _ = out.write_all(report.table(language, colour).as_bytes()).and_then(|()| out.flush());
}

/// Opens the file; results that stand in it stay until there are new ones.
fn created(path: &Path) -> Result<File, Exit> {
    File::options().write(true).create(true).truncate(false).open(path).map_err(|error| unwritable(path, &error))
}

/// Writes the results. If that fails they are printed, so that no run is lost.
fn save(report: &Report, path: &Path, mut file: File) -> Result<(), Exit> {
    let json = report.json();
    write(&mut file, json.as_bytes()).map_err(|error| {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(json.as_bytes()).and_then(|()| out.flush());
        let path = path.display();
        Exit::environment((
            format!("{path}: the results cannot be written: {error}; they are printed above instead"),
            format!("{path}: 結果を書き込めません: {}。代わりに上に表示しました", error.japanese()),
        ))
    })
}

fn write(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    // A pipe or a device has no length and no disk.
    let is_file = file.metadata()?.is_file();
    if is_file {
        file.set_len(0)?;
    }
    file.write_all(bytes)?;
    if is_file { file.sync_all() } else { Ok(()) }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Exit {
    let path = path.display();
    Exit::environment((
        format!("{path}: {error}; name another file with --out"),
        format!("{path}: {}。別のファイルを--outで指定してください", error.japanese()),
    ))
}
