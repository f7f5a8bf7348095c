//! `shikaku population generate`: makes synthetic people.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::{Date, date};
use rustix::fs::statvfs;

use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::Signals;
use crate::population::{GenerateError, MOST_PEOPLE, Order, Profile, generate};

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// Number of people
    #[arg(long, value_name = "N", required_unless_present = "preset", conflicts_with = "preset",
        value_parser = clap::value_parser!(u64).range(1..=MOST_PEOPLE))]
    people: Option<u64>,
    /// A number of people by name: tiny 100, town 10,000, city 1 million, prefecture 10 million, nation 125 million
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Seed: one seed makes the same files on every machine, and the people of a smaller population are the first of a larger one
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The day as of which the people are made
    #[arg(long, value_name = "DATE", default_value_t = AS_OF)]
    as_of: Date,
    /// A file of shares instead of the standard profile
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Threads, by default one for each core; they do not change what is made
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Directory of the files, which must not exist or be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The day by default. It does not follow the calendar, so that one seed makes the same files on every day.
const AS_OF: Date = date(2026, 12, 1);

/// Sizes of populations.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Preset {
    /// 100 people
    Tiny,
    /// 10,000 people
    Town,
    /// 1,000,000 people
    City,
    /// 10,000,000 people
    Prefecture,
    /// 125,000,000 people
    Nation,
}

impl Preset {
    fn people(self) -> u64 {
        match self {
            Self::Tiny => 100,
            Self::Town => 10_000,
            Self::City => 1_000_000,
            Self::Prefecture => 10_000_000,
            Self::Nation => 125_000_000,
        }
    }
}

/// Bytes of all files for each person, rounded up from a population of 100,000.
const BYTES_OF_PERSON: u64 = 1_000;
/// Bytes of the files that do not grow: above all the insurers.
const BYTES_AT_LEAST: u64 = 1 << 20;

pub(super) async fn run(options: Options) -> Result<(), Exit> {
    let people = options.people.or_else(|| options.preset.map(Preset::people)).unwrap_or(0);
    let profile = match &options.profile {
        Some(path) => read_profile(path)?,
        None => Profile::standard().clone(),
    };
    let threads = options.threads.unwrap_or_else(|| thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN));
    let order = Order { people, seed: options.seed, as_of: options.as_of, profile, threads };
    check_room(&options.out, people)?;
    let mut signals = Signals::listen()?;
    let stop = Arc::new(AtomicBool::new(false));
    let bar = bar(people);
    let making = {
        let (stop, bar, out) = (Arc::clone(&stop), bar.clone(), options.out.clone());
        tokio::task::spawn_blocking(move || generate(&order, &out, &stop, |made| bar.set_position(made)))
    };
    tokio::pin!(making);
    let made = tokio::select! {
        made = &mut making => made,
        () = signals.stop() => {
            stop.store(true, Ordering::Relaxed);
            making.await
        }
    };
    bar.finish_and_clear();
    made.expect("making people does not panic").map_err(exit)?;
    output::print(format!("made: {people} people in {}\n", options.out.display()).as_bytes())
}

fn exit(error: GenerateError) -> Exit {
    match error {
        GenerateError::AsOf(_) | GenerateError::People(_) => Exit::usage(error),
        GenerateError::Stopped | GenerateError::Draft(_) => Exit::environment(error),
    }
}

/// Reads a profile; prints every fault to standard error.
fn read_profile(path: &Path) -> Result<Profile, Exit> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Exit::environment(format!("cannot read the profile {}: {error}", path.display())))?;
    Profile::read(&text).map_err(|faults| {
        for fault in &faults {
            eprintln!("{}:{fault}", path.display());
        }
        let noun = if faults.len() == 1 { "fault" } else { "faults" };
        Exit::data(format!("{} {noun} in {}; nothing was made", faults.len(), path.display()))
    })
}

/// Says how much disk the files will take, and refuses if there is less.
fn check_room(out: &Path, people: u64) -> Result<(), Exit> {
    let needed = people * BYTES_OF_PERSON + BYTES_AT_LEAST;
    let holder = out.ancestors().find(|directory| directory.is_dir()).unwrap_or_else(|| Path::new("."));
    let room = statvfs(holder).map_err(|error| Exit::environment(format!("{}: {error}", holder.display())))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    eprintln!("the files will take about {} MB; {} MB are free", megabytes(needed), megabytes(free));
    if free < needed {
        return Err(Exit::environment(format!(
            "{people} people take about {} MB, but {} has {} MB free: make fewer people, or name a directory on another disk",
            megabytes(needed),
            holder.display(),
            megabytes(free)
        )));
    }
    Ok(())
}

fn bar(people: u64) -> ProgressBar {
    let template = "{bar:30} {human_pos} of {human_len} people, {per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template).expect("a template of known names");
    ProgressBar::new(people).with_style(style)
}
