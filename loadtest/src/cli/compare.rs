//! `shikaku-load compare`: says what two runs differ in, beyond the noise of their rounds.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use shikaku::language::{Bilingual, Language};

use super::exit::Exit;
use crate::report::Grid;
use crate::report::compare::{Comparison, Figure, Finding, LEAST_ROUNDS, Outcome, Row, Spread, Warning, read};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Directory of a run, or of several runs, each in a directory of its own
    #[arg(value_name = "A")]
    a: PathBuf,
    /// The same of what is compared with it
    #[arg(value_name = "B")]
    b: PathBuf,
    /// Print the comparison as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options, language: Language) -> Result<ExitCode, Exit> {
    let comparison = Comparison::of(&read(&options.a)?, &read(&options.b)?);
    let text = match options.json {
        true => serde_json::to_string_pretty(&comparison).expect("every key is text and every number is finite") + "\n",
        false => table(&comparison, language),
    };
    let mut out = std::io::stdout().lock();
    // If standard output is closed, the exit code still tells.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(ExitCode::from(match comparison.outcome {
        Outcome::NotWorse => 0,
        Outcome::Worse => 1,
        Outcome::Nothing => 2,
    }))
}

fn table(comparison: &Comparison, language: Language) -> String {
    let mut grid = Grid::default();
    let head = match language {
        Language::En => ["median (range of the rounds)", "A", "B", "B / A", ""],
        Language::Ja => ["中央値（ラウンドの範囲）", "A", "B", "B / A", ""],
    };
    grid.row(head.map(str::to_owned));
    for row in &comparison.figures {
        let ratio = row.ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
        let name = name(row.figure).text(language).to_owned();
        grid.row([name, spread(row.a), spread(row.b), ratio, finding(row).text(language).to_owned()]);
    }
    let mut text = grid.lines();
    for warning in &comparison.warnings {
        let words: Bilingual = ("warning", "注意").into();
        text += &format!("\n{}: {}", words.text(language), warning.words().text(language));
    }
    if !comparison.warnings.is_empty() {
        text.push('\n');
    }
    text += &format!("\n{}\n", outcome(comparison).text(language));
    text
}

fn name(figure: Figure) -> Bilingual {
    match figure {
        Figure::P50 => ("p50 ms", "p50（ミリ秒）"),
        Figure::P90 => ("p90 ms", "p90（ミリ秒）"),
        Figure::P99 => ("p99 ms", "p99（ミリ秒）"),
        Figure::P999 => ("p99.9 ms", "p99.9（ミリ秒）"),
        Figure::Mean => ("mean ms", "平均（ミリ秒）"),
        Figure::Rate => ("answers a second", "1秒あたりの回答"),
        Figure::Errors => ("without an answer, %", "回答のない照会（%）"),
        Figure::WrongAnswers => ("wrong answers, %", "誤った回答（%）"),
        Figure::Processor => ("server processor, ms each", "サーバーのCPU（ミリ秒/件）"),
        Figure::Knee => ("knee, requests a second", "限界点（件/秒）"),
    }
    .into()
}

/// Writes a median and the range around it.
fn spread(spread: Option<Spread>) -> String {
    let digits = |value: f64| {
        if value >= 1000.0 {
            0
        } else if value >= 100.0 {
            1
        } else {
            3
        }
    };
    spread.map_or_else(
        || "-".to_owned(),
        |Spread { least, median, most, .. }| {
            let digits = digits(most);
            format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
        },
    )
}

fn finding(row: &Row) -> Bilingual {
    let by = row.ratio.map(|ratio| format!("{:.1} %", (ratio - 1.0).abs() * 100.0));
    let (by, by_japanese) = match by {
        Some(by) => (format!(" by {by}"), format!("{by} ")),
        None => (String::new(), String::new()),
    };
    let is_more = (row.finding == Finding::Better) == row.figure.is_better_high();
    let (more, less) = match row.figure {
        Figure::P50 | Figure::P90 | Figure::P99 | Figure::P999 | Figure::Mean => (("slower", "遅い"), ("faster", "速い")),
        Figure::Rate | Figure::Knee => (("higher", "高い"), ("lower", "低い")),
        Figure::Errors | Figure::WrongAnswers | Figure::Processor => (("more", "多い"), ("less", "少ない")),
    };
    let (english, japanese) = if is_more { more } else { less };
    match row.finding {
        Finding::TooFew => ("too few rounds", "ラウンド不足").into(),
        Finding::WithinNoise => ("within the noise", "誤差の範囲").into(),
        Finding::Better | Finding::Worse => (format!("B {english}{by}"), format!("Bが{by_japanese}{japanese}")).into(),
    }
}

fn outcome(comparison: &Comparison) -> Bilingual {
    let of = |finding: Finding, language| {
        let rows = comparison.figures.iter().filter(|row| row.finding == finding);
        rows.map(|row| name(row.figure).text(language).to_owned()).collect::<Vec<_>>().join(", ")
    };
    let both = |finding| (of(finding, Language::En), of(finding, Language::Ja));
    let words: Bilingual = match comparison.outcome {
        Outcome::Nothing if comparison.warnings.iter().any(Warning::forbids_judging) => (
            "NOTHING CAN BE SAID: a run did not measure the server to its end; see the warnings",
            "判定できません: 最後まで正しく測れていない実行があります。注意を見てください",
        )
            .into(),
        Outcome::Nothing => (
            format!(
                "NOTHING CAN BE SAID: a side has fewer than {LEAST_ROUNDS} rounds; run both with --rounds 5, or several times in turn"
            ),
            format!(
                "判定できません: ラウンドが{LEAST_ROUNDS}回に足りません。両方を--rounds 5で実行するか、交互に何度か実行してください"
            ),
        )
            .into(),
        Outcome::Worse => {
            let (figures, japanese) = both(Finding::Worse);
            (format!("B IS WORSE beyond the noise: {figures}"), format!("Bは誤差を超えて劣ります: {japanese}")).into()
        }
        Outcome::NotWorse => match both(Finding::Better) {
            (none, _) if none.is_empty() => ("A and B differ within the noise", "AとBの差は誤差の範囲です").into(),
            (figures, japanese) => (
                format!("B is better beyond the noise: {figures}; the rest is within it"),
                format!("Bは誤差を超えて優れます: {japanese}。ほかは誤差の範囲です"),
            )
                .into(),
        },
    };
    let Some(once_in) = comparison.once_in() else { return words };
    let chance: Bilingual = (
        format!(
            "A figure differs if every round of B lies beyond every round of A. Between equal servers\nchance alone does that to a \
             figure once in {once_in:.0} comparisons; more rounds make it rarer."
        ),
        format!(
            "Bのすべてのラウンドが、Aのすべてのラウンドの範囲の外にあるとき、差があるとします。\n同じサーバーどうしでも、偶然に一つの数値で\
             {once_in:.0}回に1回起こります。ラウンドを増やすほどまれになります。"
        ),
    )
        .into();
    let text = |language| format!("{}\n{}", words.text(language), chance.text(language));
    (text(Language::En), text(Language::Ja)).into()
}
