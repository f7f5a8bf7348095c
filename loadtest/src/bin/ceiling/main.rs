//! `ceiling`: measures shikaku's single lookups side by side with what bounds them, and with what a user would write instead.
//!
//! `loadtest/ceiling` builds and runs it, with what it needs. One client asks everything that runs at once on this machine, one after
//! the other, in interleaved rounds: shikaku over a population, nginx with a file of the same size, pgbench with the lookup's statement,
//! and the peers. [`stage`] starts them, [`rounds`] measures, [`watch`] tells what was spent, [`table`] prints. Everything is stopped and
//! removed on every way out.

mod cards;
mod child;
mod client;
mod machine;
mod nginx;
mod peers;
mod people;
mod pgbench;
mod priority;
mod processor;
mod rounds;
mod server;
mod stage;
mod table;
mod watch;
mod words;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use shikaku::clock::{system_now, tokyo_date};
use shikaku::command_line::{self, language_of, within};
use shikaku::language::{Bilingual, Language};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use cards::Cards;
use machine::Machine;
use peers::Peer;
use people::{Among, People};
use rounds::Rounds;
use server::Server;
use stage::{Absent, Places, Stage};
use table::Table;

/// Measure shikaku's single lookups side by side with nginx, pgbench and other implementations: exit code 0 everything was measured;
/// 1 something failed, or stopped; 3 the environment
#[derive(Parser)]
#[command(name = "ceiling")]
struct Options {
    /// Language of help, messages and tables; by default that of the locale
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = within(1_usize, 1000))]
    rounds: usize,
    /// Seconds of each window
    #[arg(long, value_name = "S", default_value_t = 3, value_parser = within(1_u64, 60))]
    seconds: u64,
    /// People to make and load
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = within(500_u64, 125_000_000))]
    people: u64,
    /// A small run that sees whether everything works; its figures mean nothing
    #[arg(long, conflicts_with_all = ["rounds", "seconds", "people"])]
    smoke: bool,
    /// A file for the table in Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// The program to measure; by default `shikaku` beside this one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// nginx; by default that in PATH, /usr/sbin or the directory of the peers
    #[arg(long, value_name = "FILE")]
    nginx: Option<PathBuf>,
    /// The directory in which loadtest/peers/install has put the peers and nginx
    #[arg(long, value_name = "DIR", default_value = "loadtest/peers/.runtime")]
    peers: PathBuf,
}

/// How much is measured.
struct Size {
    people: u64,
    /// The hot people.
    hot: usize,
    /// The messages of a window.
    drawn: usize,
    /// The cards that are shown.
    cards: usize,
    rounds: Rounds,
}

impl Options {
    fn size(&self) -> Size {
        let rounds = |number, warm_up, window, challenges| {
            let [warm_up, window] = [warm_up, window].map(Duration::from_millis);
            Rounds { number, warm_up, window, challenges, raised: !self.smoke }
        };
        if self.smoke {
            return Size { people: 500, hot: 100, drawn: 500, cards: 20, rounds: rounds(2, 200, 500, 500) };
        }
        // Enough challenges for ten thousand lookups a second.
        let challenges = usize::try_from((self.seconds + 1) * 10_000).unwrap_or(usize::MAX);
        let rounds = rounds(self.rounds, 1000, self.seconds * 1000, challenges);
        Size { people: self.people, hot: 10_000, drawn: 100_000, cards: 10_000, rounds }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let language = language_of(&arguments);
    let options: Options = match command_line::parse(arguments, language, &words::WORDS) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let language = options.lang.unwrap_or(language);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error.into(), language),
    };
    let code = runtime.block_on(run(&options, language)).unwrap_or_else(|reason| refuse(&reason, language));
    // A population that is still being read must not hold up the end.
    runtime.shutdown_background();
    code
}

/// Says why nothing could be measured.
fn refuse(reason: &Bilingual, language: Language) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "ceiling: {}", reason.text(language));
    ExitCode::from(3)
}

async fn run(options: &Options, language: Language) -> Result<ExitCode, Bilingual> {
    if !cfg!(target_os = "linux") {
        return Err(
            ("processor time is read from /proc, which Linux has", "プロセッサー時間をLinuxの/procから読みます").into()
        );
    }
    // Listened for before anything is started.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut table = None;
    let stopped = tokio::select! {
        measured = measure(options, language, &mut table) => measured.map(|()| false)?,
        _ = interrupt.recv() => true,
        _ = terminate.recv() => true,
    };
    let Some(table) = table else { return Ok(ExitCode::from(1)) };
    let _ = std::io::stdout().write_all(table.text(language).as_bytes());
    if let Some(path) = &options.markdown {
        std::fs::write(path, table.markdown(language))?;
    }
    Ok(ExitCode::from(u8::from(stopped || !table.is_whole())))
}

/// Measures; `table` has what is known so far, whenever it ends.
async fn measure(options: &Options, language: Language, table: &mut Option<Table>) -> Result<(), Bilingual> {
    let size = options.size();
    let program = match &options.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("shikaku"),
    };
    let directory = scratch()?;
    let files = directory.path().join("people");
    let say = |english: &str, japanese: &str| {
        let text = if language == Language::Ja { japanese } else { english };
        let _ = writeln!(std::io::stderr(), "{text}");
    };
    say("starting the server", "サーバーを起動しています");
    let server = Server::start(&program, directory.path()).await?;
    say(&format!("making and loading {} people", size.people), &format!("{}人を作って読み込んでいます", size.people));
    server.load(size.people, &files).await?;
    say("reading the people, and starting the others", "人物を読み、ほかのサーバーを起動しています");
    let (pki, hot, drawn, most) = (server.pki.root().to_owned(), size.hot, size.drawn, size.cards);
    let reading = tokio::task::spawn_blocking(move || {
        let people = People::read(&files, &pki, hot, drawn)?;
        let cards = people::holders(&files, &pki, most).and_then(Cards::of);
        Ok::<_, Bilingual>((people, cards.map_err(Absent::from)))
    });
    let (people, cards) = reading.await.map_err(|error| Bilingual::from((error.to_string(), error.to_string())))??;
    let nginx = options.nginx.as_deref();
    let places = Places { directory: directory.path(), peers: &options.peers, nginx };
    let stage = Stage::set(server, people, cards, &places).await?;
    let own = if size.rounds.raised { priority::Own::raise().map(Some) } else { Ok(None) };
    let (own, not_raised) = match own {
        Ok(own) => (
            own,
            (!size.rounds.raised).then(|| Bilingual::from(("a small run leaves it as it is", "小さな実行では変えません"))),
        ),
        Err(error) => (None, Some(error.into())),
    };
    let rounds = Rounds { raised: own.is_some(), ..size.rounds };
    let table = table.insert(head(&stage, &places, &rounds, not_raised).await);
    let told =
        |round: usize, part| say(&format!("round {}: {part:?}", round + 1), &format!("ラウンド{}: {part:?}", round + 1));
    rounds.measure(&stage, &mut table.results, told).await;
    Ok(())
}

/// Makes the directory of a measurement: on a disk, and passable for the account of PostgreSQL.
fn scratch() -> Result<TempDir, Bilingual> {
    use std::os::unix::fs::PermissionsExt;
    let passable = std::fs::Permissions::from_mode(0o711);
    Ok(tempfile::Builder::new().prefix("shikaku-ceiling-").permissions(passable).tempdir_in("/var/tmp")?)
}

/// Describes what is about to be measured.
async fn head(stage: &Stage, places: &Places<'_>, rounds: &Rounds, not_raised: Option<Bilingual>) -> Table {
    let mut versions = Vec::new();
    let mut durability = "?".to_owned();
    if let Ok(pgbench) = &stage.pgbench {
        let version = pgbench.ask("select split_part(current_setting('server_version'), ' ', 1)").await;
        versions.extend(version.ok().map(|version| ("PostgreSQL".to_owned(), version)));
        let settings = "select string_agg(name || ' = ' || setting, ', ' order by name) from pg_settings
                         where name in ('fsync', 'full_page_writes', 'synchronous_commit')";
        durability = pgbench.ask(settings).await.unwrap_or(durability);
    }
    let nginx = nginx::find(places.nginx, places.peers).ok().and_then(|program| machine::version_of_nginx(&program));
    versions.extend(nginx.map(|version| ("nginx".to_owned(), version)));
    for peer in Peer::ALL {
        let version = stage.peer(peer).ok().and_then(|_| peer.version(places.peers));
        versions.extend(version.map(|version| (peer.runtime().to_owned(), version)));
    }
    let [hot, all] = [Among::Hot, Among::All].map(|among| stage.people.among(among).len());
    Table {
        on: tokyo_date(system_now()).to_string(),
        machine: Machine::read(),
        versions,
        durability,
        people: [hot, all, stage.cards.as_ref().map_or(0, Cards::number)],
        rounds: (rounds.number, rounds.window.as_secs_f64()),
        not_raised,
        results: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_argument_has_its_words_and_no_words_are_left_over() {
        Options::command().debug_assert();
        let faults = words::WORDS.faults(Options::command());
        assert!(faults.is_empty(), "{}", faults.join(", "));
    }
}
