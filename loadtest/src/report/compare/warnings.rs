//! What a reader of a comparison should know about its runs.

use serde::Serialize;
use shikaku::language::Bilingual;

use super::Run;
use crate::report::Results;
use crate::report::verdict::SENDER;

/// What a reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum Warning {
    /// Not all runs have the same plan.
    PlansDiffer,
    /// Not all runs have the same seed, so that other requests were sent.
    SeedsDiffer,
    /// Not all runs asked about the same number of people.
    PeopleDiffer,
    /// Not all runs have the same terminals and connections.
    TerminalsDiffer,
    /// Not all runs used the same protocols and connection policy.
    ProtocolsDiffer,
    /// Not all runs were of the same number of processes.
    ProcessesDiffer,
    /// A run was stopped, or the server fell silent.
    NotDone {
        /// Its directory.
        run: String,
    },
    /// The sender fell behind, so that it was not the server that was measured.
    SenderBehind {
        /// Its directory.
        run: String,
    },
    /// A run missed thresholds.
    Missed {
        /// Its directory.
        run: String,
        /// Their keys.
        thresholds: Vec<String>,
    },
}

impl Warning {
    /// Returns whether nothing can be said of runs with it.
    #[must_use]
    pub fn forbids_judging(&self) -> bool {
        matches!(self, Self::NotDone { .. } | Self::SenderBehind { .. })
    }

    /// Says it.
    #[must_use]
    pub fn words(&self) -> Bilingual {
        match self {
            Self::PlansDiffer => ("the plans differ", "計画が違います").into(),
            Self::SeedsDiffer => {
                ("the seeds differ, so other requests were sent", "乱数の種が違い、送った照会が違います").into()
            }
            Self::PeopleDiffer => ("the numbers of people differ", "対象の人数が違います").into(),
            Self::TerminalsDiffer => ("terminals or connections differ", "端末または接続の数が違います").into(),
            Self::ProtocolsDiffer => {
                ("protocols or connection policies differ", "プロトコルまたは接続の方針が違います").into()
            }
            Self::ProcessesDiffer => ("the numbers of processes differ", "プロセスの数が違います").into(),
            Self::NotDone { run } => {
                (format!("{run}: the run did not come to its end"), format!("{run}: 最後まで実行されていません")).into()
            }
            Self::SenderBehind { run } => (
                format!("{run}: the sender fell behind, so it was not the server that was measured"),
                format!("{run}: 送信側が予定に遅れ、サーバーを測れていません"),
            )
                .into(),
            Self::Missed { run, thresholds } => {
                let keys = thresholds.join(", ");
                (format!("{run}: missed thresholds: {keys}"), format!("{run}: 未達のしきい値: {keys}")).into()
            }
        }
    }
}

/// Returns what a reader should know about the runs of two sides.
#[must_use]
pub fn warnings(a: &[Run], b: &[Run]) -> Vec<Warning> {
    let runs: Vec<&Run> = a.iter().chain(b).collect();
    let mut warnings = Vec::new();
    let mut differ = |is_same: fn(&Results, &Results) -> bool, warning: Warning| {
        if runs.windows(2).any(|pair| !is_same(&pair[0].results, &pair[1].results)) {
            warnings.push(warning);
        }
    };
    differ(|one, other| one.plan_text == other.plan_text, Warning::PlansDiffer);
    differ(|one, other| one.seed == other.seed, Warning::SeedsDiffer);
    differ(|one, other| one.people == other.people, Warning::PeopleDiffer);
    differ(
        |one, other| (one.terminals, one.connections_each) == (other.terminals, other.connections_each),
        Warning::TerminalsDiffer,
    );
    differ(
        |one, other| (&one.connections, &one.tls, &one.http) == (&other.connections, &other.tls, &other.http),
        Warning::ProtocolsDiffer,
    );
    differ(|one, other| one.processes == other.processes, Warning::ProcessesDiffer);
    for Run { directory, results } in runs {
        let run = directory.display().to_string();
        if results.end != "done" {
            warnings.push(Warning::NotDone { run: run.clone() });
        }
        let missed = results.thresholds.iter().filter(|threshold| !threshold.met).map(|threshold| threshold.key.clone());
        let (sender, thresholds): (Vec<String>, Vec<String>) = missed.partition(|key| key == SENDER);
        if !sender.is_empty() {
            warnings.push(Warning::SenderBehind { run: run.clone() });
        }
        if !thresholds.is_empty() {
            warnings.push(Warning::Missed { run, thresholds });
        }
    }
    warnings
}
