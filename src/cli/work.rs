//! `shikaku work`: works on files with questions about many people, without a listener.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::clock::Clocks;
use crate::config::{Limits, Secret};
use crate::jobs::{Worker, Workers, expire_old};
use crate::language::Language;
use crate::metrics::Metrics;
use crate::query::{Directory, LogKey, Misses};
use crate::telemetry::{self, LogFormat};

use super::bulk::BulkOptions;
use super::domain_time::DomainTime;
use super::exit::Exit;
use super::run::Signals;
use super::serve::{Database, POOL};

#[derive(clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    database: Database,
    /// File with the secret that log hashes are made with, the same as the servers'; made when missing
    #[arg(long, value_name = "FILE", default_value = ".shikaku/secret.key", env = "SHIKAKU_SECRET_FILE")]
    secret_file: PathBuf,
    /// How log lines look, on standard error
    #[arg(long, value_enum, default_value = "text", env = "SHIKAKU_LOG_FORMAT")]
    log_format: LogFormat,
    #[command(flatten)]
    time: DomainTime,
    #[command(flatten)]
    bulk: BulkOptions,
}

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    telemetry::start(options.log_format);
    let limits = options.bulk.limits()?;
    if limits.workers == 0 {
        return Err(Exit::usage(("--bulk-workers 0 would do nothing", "--bulk-workers 0では何も処理しません")));
    }
    let mut signals = Signals::listen()?;
    let store = options.database.connect(POOL).await?;
    store.check_schema().await?;
    let key = LogKey::of(&Secret::read_or_make(&options.secret_file)?);
    let directory = Arc::new(Directory::load(store.clone()).await?);
    let (clocks, stop, tasks) = (Clocks::of(options.time.begin(language)), CancellationToken::new(), TaskTracker::new());
    let metrics = Arc::new(Metrics::new());
    // Without a limit, because the servers do not see what is counted in this process.
    let misses = Misses::new(0, &metrics);
    let worker = Worker::new(&store, &directory, key, &clocks, limits, &metrics, &misses);
    Workers::start(&worker, &tasks, &stop);
    tasks.spawn(directory.follow(stop.clone()));
    tasks.spawn(expire_old(store, clocks, limits, stop.clone()));
    tasks.close();
    // A closed pipe does not stop the work.
    let what = match language {
        Language::Ja => "ファイルを処理します",
        Language::En => "working on files",
    };
    let _ = writeln!(std::io::stdout(), "ready: {what}");
    signals.stop().await;
    stop.cancel();
    // A database that does not answer does not delay the end: the slice is started again when its lease has run out.
    if timeout(2 * Limits::default().stop, tasks.wait()).await.is_err() {
        warn!("work was broken off at the end of the stop time");
    }
    Ok(())
}
