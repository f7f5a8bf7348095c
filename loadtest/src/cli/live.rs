//! The live view of a run in the terminal: a bar, and the last moment beside the stage so far.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shikaku::language::Language;

use crate::plan::{Plan, Quantile};
use crate::report::{Grid, milliseconds};
use crate::run::{Progress, Times};

/// The view of a run, on standard error.
pub(super) struct Live {
    bar: ProgressBar,
    language: Language,
    names: Vec<String>,
    lateness: Duration,
}

const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

impl Live {
    /// Begins the view of a plan's run. It shows nothing unless standard error is a terminal.
    pub fn of(plan: &Plan, language: Language) -> Self {
        // Nothing else limits how often it draws: a run tells of itself twice a second.
        let bar = ProgressBar::with_draw_target(Some(1000), ProgressDrawTarget::stderr_with_hz(20));
        let style =
            ProgressStyle::with_template("{prefix}\n  [{bar:60}] {percent:>3} %\n{msg}").expect("a correct template");
        bar.set_style(style.progress_chars("=> "));
        let names = plan.stages.iter().map(|stage| stage.name.clone()).collect();
        Self { bar, language, names, lateness: plan.thresholds.lateness }
    }

    /// Shows how the run goes.
    pub fn show(&self, progress: &Progress) {
        let share = progress.elapsed.as_secs_f64() / progress.length.as_secs_f64();
        self.bar.set_position((share * 1000.0).min(1000.0) as u64);
        self.bar.set_prefix(self.head(progress));
        self.bar.set_message(self.lines(progress));
    }

    /// Takes the view away, before the report is printed.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn head(&self, progress: &Progress) -> String {
        let (name, count) = (&self.names[progress.stage], self.names.len());
        let (elapsed, length) = (clock(progress.elapsed), clock(progress.length));
        let (number, (round, rounds)) = (progress.stage + 1, progress.round);
        match self.language {
            Language::En => {
                let rounds = if rounds == 1 { String::new() } else { format!(", round {round} of {rounds}") };
                format!("  {name}: stage {number} of {count}{rounds}, {elapsed} of {length}; Ctrl-C ends it with a report")
            }
            Language::Ja => {
                let rounds = if rounds == 1 { String::new() } else { format!("、ラウンド{round}/{rounds}") };
                format!("  {name}: ステージ{number}/{count}{rounds}、{elapsed} / {length}。Ctrl-Cで終了し、それまでを報告")
            }
        }
    }

    fn lines(&self, progress: &Progress) -> String {
        let mut grid = Grid::default();
        let head = match self.language {
            Language::En => ["", "asked/s", "answered/s", "p50 ms", "p99 ms", "max ms", "late ms"],
            Language::Ja => ["", "目標/秒", "回答/秒", "p50 ms", "p99 ms", "最大 ms", "遅れ ms"],
        };
        grid.row(head.map(str::to_owned));
        let (last, stage) = match self.language {
            Language::En => ("last moment", "this stage"),
            Language::Ja => ("直近", "このステージ"),
        };
        let mut is_late = false;
        if let Some((point, step)) = &progress.last {
            is_late = point.late > self.lateness;
            let rates = [point.due, point.answered].map(|count| format!("{:.1}", count as f64 / step.as_secs_f64()));
            grid.row(row(last, rates, &point.corrected, point.late));
        }
        let tally = &progress.so_far;
        let counts = ["-".to_owned(), "-".to_owned()];
        grid.row(row(stage, counts, &tally.corrected, tally.late.at(1.0)));
        let (failed, wrong) = (progress.without_answer, progress.wrong);
        let counts = match self.language {
            Language::En => format!("  without an answer: {failed}   wrong: {wrong}"),
            Language::Ja => format!("  回答なし: {failed}   誤り: {wrong}"),
        };
        let counts = if failed + wrong > 0 { format!("{RED}{counts}{PLAIN}") } else { counts };
        let behind = match (is_late, self.language) {
            (false, _) => String::new(),
            (true, Language::En) => format!("\n{RED}  the sender itself is late{PLAIN}"),
            (true, Language::Ja) => format!("\n{RED}  送信側自身が遅れています{PLAIN}"),
        };
        format!("{}{counts}{behind}", grid.lines())
    }
}

fn row(name: &str, [asked, answered]: [String; 2], times: &Times, late: Duration) -> [String; 7] {
    let time = |quantile: Quantile| match times.count() {
        0 => "-".to_owned(),
        _ => format!("{:.2}", milliseconds(times.at(quantile.part()))),
    };
    let [p50, p99, max] = [Quantile::P50, Quantile::P99, Quantile::Max].map(time);
    [name.to_owned(), asked, answered, p50, p99, max, format!("{:.2}", milliseconds(late))]
}

/// Writes minutes and seconds.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Point, Tally};

    fn progress(late: u64, wrong: u64) -> Progress {
        let mut point = Point { due: 2400, answered: 2300, late: Duration::from_millis(late), ..Point::default() };
        let mut so_far = Tally::default();
        for ms in [1, 2] {
            point.corrected.add(Duration::from_millis(ms));
            so_far.corrected.add(Duration::from_millis(ms * 10));
        }
        Progress {
            stage: 1,
            round: (2, 3),
            elapsed: Duration::from_secs(65),
            length: Duration::from_secs(600),
            last: Some((point, Duration::from_secs(2))),
            so_far,
            without_answer: 4,
            wrong,
        }
    }

    fn live(language: Language) -> Live {
        let text = "name = \"test\"\n[identities]\nterminals = 1\n[people]\ndirectory = \"fixtures\"\n[[mix]]\nscenario = \
                    \"by_card_number\"\nweight = 1\n[[stage]]\nname = \"ramp\"\nseconds = 1\narrivals = \"constant\"\nrate = 1\n\
                    [[stage]]\nname = \"peak\"\nseconds = 1\narrivals = \"constant\"\nrate = 1\n";
        Live::of(&Plan::parse("plan.toml".as_ref(), text).unwrap(), language)
    }

    #[test]
    fn it_shows_the_last_moment_beside_the_stage() {
        let live = live(Language::En);
        let progress = progress(7, 0);
        assert!(live.head(&progress).starts_with("  peak: stage 2 of 2, round 2 of 3, 1:05 of 10:00;"));
        let lines = live.lines(&progress);
        let cells: Vec<Vec<&str>> = lines.lines().map(|line| line.split_whitespace().collect()).collect();
        // 2,400 and 2,300 in two seconds.
        assert_eq!(cells[1][2..4], ["1200.0", "1150.0"]);
        assert_eq!(cells[2][..2], ["this", "stage"]);
        assert!(lines.contains("7.00") && lines.contains("without an answer: 4   wrong: 0"), "{lines}");
    }

    #[test]
    fn a_late_sender_and_wrong_answers_are_red() {
        for (language, words) in [(Language::En, "the sender itself is late"), (Language::Ja, "送信側自身が遅れています")]
        {
            let live = live(language);
            assert!(!live.lines(&progress(50, 0)).contains(words));
            assert!(live.lines(&progress(51, 0)).contains(&format!("{RED}  {words}{PLAIN}")));
        }
    }
}
