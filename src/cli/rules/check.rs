//! `shikaku rules check`: works out case files and compares them with what they expect.

use std::fs::File;
use std::path::PathBuf;

use serde::Serialize;

use crate::cases::{Report, check};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::language::{Bilingual, Language};

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

pub(super) fn run(options: &Options, language: Language) -> Result<(), Exit> {
    let mut checked = Vec::new();
    for file in &options.files {
        let name = file.display().to_string();
        let source = File::open(file)
            .map_err(|error| Exit::environment(Bilingual::from(error).map(|error| format!("{name}: {error}"))))?;
        let report =
            check(source).map_err(|error| Exit::data(Bilingual::from(error).map(|error| format!("{name}: {error}"))))?;
        checked.push(Checked { file: name, report });
    }
    let cases: usize = checked.iter().map(|one| one.report.cases).sum();
    let failed: usize = checked.iter().map(|one| one.report.failures.len()).sum();
    let text = if options.json { json(&checked, cases, failed) } else { lines(&checked, cases, failed, language) };
    output::print(text.as_bytes())?;
    // The failed cases are on standard output already.
    if failed == 0 { Ok(()) } else { Err(Exit::data_as_printed()) }
}

fn lines(checked: &[Checked], cases: usize, failed: usize, language: Language) -> String {
    let mut text = String::new();
    for Checked { file, report } in checked {
        for failure in &report.failures {
            let crate::cases::FailedCase { line, id, kind, expected, found } = failure;
            let found = found.text(language);
            text += &match language {
                Language::Ja => format!("{file}:{line}: {id}（{kind}）: 期待値は{expected}、結果は{found}\n"),
                Language::En => format!("{file}:{line}: {id} ({kind}): expected {expected}, found {found}\n"),
            };
        }
    }
    let hold = cases - failed;
    text += &match language {
        Language::Ja => format!("{cases}件中、一致{hold}件、不一致{failed}件\n"),
        Language::En => format!("{cases} cases, {hold} hold, {failed} fail\n"),
    };
    text
}

fn json(checked: &[Checked], cases: usize, failed: usize) -> String {
    #[derive(Serialize)]
    struct All<'a> {
        cases: usize,
        failed: usize,
        files: &'a [Checked],
    }
    let mut text = serde_json::to_string_pretty(&All { cases, failed, files: checked }).expect("plain fields");
    text.push('\n');
    text
}
