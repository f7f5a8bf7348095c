//! `shikaku-load merge`: makes one report of the runs of several processes.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use shikaku::language::{Bilingual, Japanese, Language};

use super::exit::Exit;
use super::out::OutDirectory;
use super::run::print;
use crate::report::{MergeError, Merged};

#[derive(clap::Args)]
pub(super) struct Options {
    /// The directories of the runs, each of one process that ran the same plan
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
    /// Directory for the results of all; by default nothing is written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How far apart processes may begin without a word about it.
const APART: Duration = Duration::from_secs(1);

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    let Merged { report, apart } = Merged::read(&options.runs)?;
    let out = options.out.as_deref().map(OutDirectory::at).transpose()?;
    print(&report, language);
    if apart > APART {
        let seconds = apart.as_secs_f64();
        let words: Bilingual = (
            format!("these runs began up to {seconds:.1} s apart, so their rates do not add up at each moment: use --start-at"),
            format!("実行の開始が最大{seconds:.1}秒ずれているため、各時点の頻度は合計になっていません。--start-atを使ってください"),
        )
            .into();
        // If standard error is closed, the report still stands.
        let _ = writeln!(std::io::stderr(), "shikaku-load: {}", words.text(language));
    }
    if let Some(out) = out {
        out.save(&report, language)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

impl From<MergeError> for Exit {
    fn from(error: MergeError) -> Self {
        let told: Bilingual = match error {
            MergeError::Unreadable(path, error) => {
                let path = path.display();
                (format!("{path}: {error}"), format!("{path}: {}", error.japanese())).into()
            }
            MergeError::Illegible(path, reason) => {
                let path = path.display();
                let words = |language| format!("{path}: {}", reason.text(language));
                (words(Language::En), words(Language::Ja)).into()
            }
            MergeError::OtherPlan(path) => {
                let path = path.display();
                let english =
                    format!("{path}: is a run of another plan than the first one; only runs of the same plan add up");
                (english, format!("{path}: 最初のものとは別の計画の実行です。合計できるのは同じ計画の実行だけです")).into()
            }
            MergeError::OtherRounds(path) => {
                let path = path.display();
                let english = format!("{path}: has another number of rounds than the first one");
                (english, format!("{path}: ラウンドの数が最初のものと違います")).into()
            }
            MergeError::Twice(path) => {
                let path = path.display();
                let english = format!("{path}: is the same run as an earlier one; name each run once");
                (english, format!("{path}: 前に指定した実行と同じものです。各実行は1回だけ指定してください")).into()
            }
        };
        Self::environment(told)
    }
}
