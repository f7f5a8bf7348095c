//! `shikaku population generate`: makes synthetic people.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use jiff::civil::Date;
use rustix::fs::statvfs;

use crate::cli::day::day;
use crate::cli::exit::Exit;
use crate::cli::number::{positive, within};
use crate::cli::output;
use crate::cli::progress;
use crate::cli::run::Signals;
use crate::language::{Japanese, Language};
use crate::mass::Packing;
use crate::population::{DEFAULT_AS_OF, GenerateError, MOST_PEOPLE, Order, generate_packed};

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// Number of people
    #[arg(long, value_name = "N", required_unless_present = "preset", conflicts_with = "preset",
        value_parser = within(1, MOST_PEOPLE))]
    people: Option<u64>,
    /// A number of people by name: tiny 100, town 10,000, city 1 million, prefecture 10 million, nation 125 million
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Seed: one seed makes the same files on every machine, and the people of a smaller population are the first of a larger one
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The day as of which the people are made
    #[arg(long, value_name = "DATE", value_parser = day, default_value_t = DEFAULT_AS_OF)]
    as_of: Date,
    /// A file of shares instead of the standard profile
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Threads, by default one for each core; they do not change what is made
    #[arg(long, value_name = "N", value_parser = positive)]
    threads: Option<usize>,
    /// Compress the files with zstd, to a sixth of their size
    #[arg(long)]
    compress: bool,
    /// Directory of the files, which must not exist or be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Sizes of populations.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(in crate::cli) enum Preset {
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
    pub(in crate::cli) fn people(self) -> u64 {
        match self {
            Self::Tiny => 100,
            Self::Town => 10_000,
            Self::City => 1_000_000,
            Self::Prefecture => 10_000_000,
            Self::Nation => 125_000_000,
        }
    }
}

/// Bytes of all files for each person, rounded up: 800 in a population of 20,000.
const BYTES_OF_PERSON: u64 = 1_000;
/// The same with `--compress`.
const BYTES_OF_PERSON_COMPRESSED: u64 = 250;
/// Bytes of the files that do not grow: above all the insurers.
const BYTES_AT_LEAST: u64 = 1 << 20;

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    let people = options.people.or_else(|| options.preset.map(Preset::people)).unwrap_or(0);
    let profile = super::profile(options.profile.as_deref(), language)?;
    let threads = options.threads.and_then(NonZero::new);
    let threads = threads.unwrap_or_else(|| thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN));
    let order = Order { people, seed: options.seed, as_of: options.as_of, profile, threads };
    let packing = if options.compress { Packing::Zstd } else { Packing::Plain };
    check_room(&options.out, people, packing, language)?;
    let mut signals = Signals::listen()?;
    let stop = Arc::new(AtomicBool::new(false));
    let bar = progress::of_people(people, language);
    let making = {
        let (stop, bar, out) = (Arc::clone(&stop), bar.clone(), options.out.clone());
        tokio::task::spawn_blocking(move || generate_packed(&order, &out, packing, &stop, |made| bar.set_position(made)))
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
    let out = options.out.display();
    let made = match language {
        Language::Ja => format!("作成: {out}に{people}人\n"),
        Language::En => format!("made: {people} people in {out}\n"),
    };
    output::print(made.as_bytes())
}

fn exit(error: GenerateError) -> Exit {
    match error {
        GenerateError::AsOf(_) | GenerateError::People(_) => Exit::usage(error),
        GenerateError::Stopped | GenerateError::Draft(_) => Exit::environment(error),
    }
}

/// Says how much disk the files will take, and refuses if there is less.
fn check_room(out: &Path, people: u64, packing: Packing, language: Language) -> Result<(), Exit> {
    let of_person = if packing == Packing::Zstd { BYTES_OF_PERSON_COMPRESSED } else { BYTES_OF_PERSON };
    let needed = people * of_person + BYTES_AT_LEAST;
    let holder = out.ancestors().find(|directory| directory.is_dir()).unwrap_or_else(|| Path::new("."));
    let room = statvfs(holder).map_err(|error| {
        let error = std::io::Error::from(error);
        let shown = holder.display();
        Exit::environment((format!("{shown}: {error}"), format!("{shown}: {}", error.japanese())))
    })?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let [takes, free_megabytes] = [needed, free].map(|bytes| bytes.div_ceil(1_000_000));
    match language {
        Language::Ja => eprintln!("ファイルは約{takes} MBになります。空きは{free_megabytes} MBです"),
        Language::En => eprintln!("the files will take about {takes} MB; {free_megabytes} MB are free"),
    }
    if free < needed {
        let shown = holder.display();
        return Err(Exit::environment((
            format!(
                "{people} people take about {takes} MB, but {shown} has {free_megabytes} MB free: make fewer people, or name a \
                 directory on another disk"
            ),
            format!(
                "{people}人には約{takes} MB必要ですが、{shown}の空きは{free_megabytes} MBです。人数を減らすか、別のディスクのディレクトリーを\
                 指定してください"
            ),
        )));
    }
    Ok(())
}
