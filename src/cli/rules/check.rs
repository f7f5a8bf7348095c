//! `shikaku rules check`: works out case files and compares them with what they expect.

use std::fs::File;
use std::path::PathBuf;

use serde::Serialize;

use crate::cases::{Report, check};
use crate::cli::exit::Exit;
use crate::cli::output;

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// Case files; fixtures/cases/README.md describes them
    #[arg(required = true, value_name = "FILE.csv")]
    files: Vec<PathBuf>,
    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Checked {
    file: String,
    report: Report,
}

pub(super) fn run(options: &Options) -> Result<(), Exit> {
    let mut checked = Vec::new();
    for file in &options.files {
        let name = file.display().to_string();
        let source = File::open(file).map_err(|error| Exit::environment(format!("{name}: {error}")))?;
        let report = check(source).map_err(|error| Exit::data(format!("{name}: {error}")))?;
        checked.push(Checked { file: name, report });
    }
    let cases: usize = checked.iter().map(|one| one.report.cases).sum();
    let failed: usize = checked.iter().map(|one| one.report.failures.len()).sum();
    let text = if options.json { json(&checked, cases, failed)? } else { lines(&checked, cases, failed) };
    output::print(text.as_bytes())?;
    // The failed cases are on standard output already.
    if failed == 0 { Ok(()) } else { Err(Exit::data("")) }
}

fn lines(checked: &[Checked], cases: usize, failed: usize) -> String {
    let mut text = String::new();
    for Checked { file, report } in checked {
        for failure in &report.failures {
            let crate::cases::FailedCase { line, id, kind, expected, found } = failure;
            text += &format!("{file}:{line}: {id} ({kind}): expected {expected}, found {found}\n");
        }
    }
    text += &format!("{cases} cases, {} hold, {failed} fail\n", cases - failed);
    text
}

fn json(checked: &[Checked], cases: usize, failed: usize) -> Result<String, Exit> {
    #[derive(Serialize)]
    struct All<'a> {
        cases: usize,
        failed: usize,
        files: &'a [Checked],
    }
    let mut text = serde_json::to_string_pretty(&All { cases, failed, files: checked }).map_err(Exit::environment)?;
    text.push('\n');
    Ok(text)
}
