//! `shikaku population live`: moves a population on, as registrations of insurers.

use std::path::PathBuf;

use jiff::civil::Date;

use super::source::{each_person, open, warn_of_other_profile};
use crate::cli::day::day;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::language::Language;
use crate::population::live::{Live, LiveOrder, Sorted};

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// Directory of the files, as `population generate` writes them
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The last day on which something is registered
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Date,
    /// Seed of the events: one seed makes the same files, and those until a day are the first of those until a later one
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// A file of shares instead of the standard profile
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Directory of the registrations, one file a month, which must not exist or be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(options: &Options, language: Language) -> Result<(), Exit> {
    let profile = super::profile(options.profile.as_deref(), language)?;
    let directory = open(&options.dir, language)?;
    warn_of_other_profile(&directory, &profile, language);
    let Some(made) = directory.manifest().made.clone() else {
        let shown = options.dir.display();
        return Err(Exit::data((
            format!(
                "{shown} was exported, not generated: only generated people live on, because new numbers follow from their seed"
            ),
            format!(
                "{shown}は書き出されたデータです。新しい番号はシードから決まるため、population generateで作った人々だけを進められます"
            ),
        )));
    };
    let order =
        LiveOrder { seed: options.seed, population_seed: made.seed, as_of: made.as_of, until: options.until, profile };
    let mut live = Live::new(order).map_err(Exit::usage)?;
    let mut sorted = Sorted::begin(&options.out).map_err(Exit::environment)?;
    each_person(&directory, language, |person| {
        let mut result = Ok(());
        live.take(person, |due| {
            if result.is_ok() {
                result = sorted.add(due);
            }
        });
        result.map_err(Exit::environment)
    })?;
    let mut result = Ok(());
    live.finish(|due| {
        if result.is_ok() {
            result = sorted.add(due);
        }
    });
    result.map_err(Exit::environment)?;
    let entries = sorted.finish().map_err(Exit::environment)?;
    let out = options.out.display();
    let made = match language {
        Language::En => format!("made: {entries} registrations until {} in {out}\n", options.until),
        Language::Ja => format!("作成: {out}に{}までの登録{entries}件\n", options.until),
    };
    output::print(made.as_bytes())
}
