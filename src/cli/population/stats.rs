//! `shikaku population stats`: sets the shares of a population beside those of its profile.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::source::{each_person, open, warn_of_other_profile};
use crate::cli::day::day;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::clock::{system_now, tokyo_date};
use crate::language::{Bilingual, Japanese, Language};
use crate::population::stats::{Counts, Lags, Report, page, table};

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// Directory of the files, as `population generate` writes them
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The day on which people are counted; by default the day as of which they were made, or today in Tokyo
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<Date>,
    /// A directory or file of registrations, as `population live` writes them: adds the days that registrations took
    #[arg(long, value_name = "PATH")]
    registrations: Option<PathBuf>,
    /// A file of shares instead of the standard profile
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Write a page with charts, too; it replaces a file of this name
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) fn run(options: &Options, language: Language) -> Result<(), Exit> {
    options.html.as_deref().map_or(Ok(()), replaceable)?;
    let profile = super::profile(options.profile.as_deref(), language)?;
    let directory = open(&options.dir, language)?;
    warn_of_other_profile(&directory, &profile, language);
    let made = directory.manifest().made.as_ref().map(|made| made.as_of);
    let mut lags = options.registrations.as_deref().map(lags).transpose()?;
    let mut counts = Counts::new(options.on.or(made).unwrap_or_else(|| tokyo_date(system_now())));
    each_person(&directory, language, |person| {
        counts.add(&person);
        if let Some(lags) = &mut lags {
            lags.of_person(&person);
        }
        Ok(())
    })?;
    let report = Report::new(&counts, &profile, lags.as_ref());
    if let Some(path) = &options.html {
        write(path, &page(&report, language)).map_err(|error| of_file(path, &error))?;
    }
    output::print(table(&report, language).as_bytes())
}

fn of_file(path: &Path, error: &std::io::Error) -> Exit {
    let shown = path.display();
    Exit::environment((format!("{shown}: {error}"), format!("{shown}: {}", error.japanese())))
}

/// Refuses a path at which something stands that is no file, such as a device or a link to one: it would be replaced.
fn replaceable(path: &Path) -> Result<(), Exit> {
    match path.symlink_metadata() {
        Ok(there) if !there.is_file() => {
            let path = path.display();
            Err(Exit::usage((
                format!("--html: {path} is there and is no file; name a new one"),
                format!("--html: {path}はすでにあり、ファイルではありません。新しい名前を指定してください"),
            )))
        }
        _ => Ok(()),
    }
}

/// Writes a file that appears whole or not at all.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".stats-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(parent)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

/// The most bytes of a line of registrations.
const LINE: u64 = 64 * 1024;

/// Reads the registrations of a file, or of every file of a directory whose name ends in .jsonl.
fn lags(path: &Path) -> Result<Lags, Exit> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| of_file(path, &error))?;
        files = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "jsonl"));
        files.sort();
    }
    let mut lags = Lags::default();
    for file in files {
        let mut source = BufReader::new(File::open(&file).map_err(|error| of_file(&file, &error))?);
        for number in 1_u64.. {
            let mut line = Vec::new();
            let read = source.by_ref().take(LINE).read_until(b'\n', &mut line).map_err(|error| of_file(&file, &error))?;
            if read == 0 {
                break;
            }
            let counted = std::str::from_utf8(&line).ok().and_then(|line| lags.add(line.trim()).ok());
            counted.ok_or_else(|| Exit::data(no_entry(&file, number)))?;
        }
    }
    Ok(lags)
}

fn no_entry(file: &Path, line: u64) -> Bilingual {
    let shown = file.display();
    (
        format!("{shown}:{line}: no registration with kind, insurer, registered_at and the day of the event"),
        format!("{shown}:{line}: kind、insurer、registered_atと出来事の日を持つ登録ではありません"),
    )
        .into()
}
