//! `shikaku-load check`: reads plans and reports their faults.

use std::path::PathBuf;
use std::process::ExitCode;

use shikaku::language::Language;

use super::exit::Exit;
use crate::plan::Plan;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The files of plans
    #[arg(value_name = "PLAN", required = true)]
    plans: Vec<PathBuf>,
}

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    let mut faults = Vec::new();
    for file in &options.plans {
        match Plan::read(file) {
            Ok((plan, _)) => {
                let seconds: f64 = plan.stages.iter().map(|stage| stage.duration.as_secs_f64()).sum();
                let (file, name, stages) = (file.display(), &plan.name, plan.stages.len());
                match language {
                    Language::En => println!("{file}: no faults; {name}, {stages} stages, {seconds} s"),
                    Language::Ja => println!("{file}: 誤りはありません。{name}、{stages}ステージ、{seconds}秒"),
                }
            }
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Exit::faults(2, &faults, 0)) }
}
