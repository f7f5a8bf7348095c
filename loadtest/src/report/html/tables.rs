//! The tables of the page.

use shikaku::domain::grouped;
use shikaku::language::Bilingual;

use super::chart::named;
use super::over_time::quantile_name;
use super::words::{both, escaped, number, say};
use crate::plan::Quantile;
use crate::report::{Report, milliseconds, per_second};
use crate::run::{Tally, Times};

/// Writes a table. Cells and names of columns are safe already. The first cell of a row names it.
fn table(id: &str, columns: &[String], rows: &[Vec<String>]) -> String {
    let columns: String = columns.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    let mut html = format!("<div class=\"scroll\"><table id=\"{id}\">\n<thead><tr>{columns}</tr></thead>\n<tbody>\n");
    for row in rows {
        let (name, cells) = row.split_first().expect("a row has a name");
        let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        html += &format!("<tr><th scope=\"row\">{name}</th>{cells}</tr>\n");
    }
    html + "</tbody>\n</table></div>\n"
}

fn heading(english: &'static str, japanese: &'static str) -> String {
    format!("<h2>{}</h2>\n", say(english, japanese))
}

/// The thresholds, with limit, what was found, and whether it was kept.
pub(super) fn thresholds(report: &Report) -> String {
    let mut html = heading("Thresholds", "しきい値");
    html += "<div class=\"scroll\"><table id=\"thresholds\">\n<thead><tr>";
    for (english, japanese) in [("what is judged", "判定するもの"), ("limit", "上限・下限"), ("found", "実際"), ("", "判定")]
    {
        html += &format!("<th scope=\"col\">{}</th>", say(english, japanese));
    }
    html += "</tr></thead>\n<tbody>\n";
    for verdict in &report.verdicts {
        let (class, symbol, words) = match verdict.met {
            true => ("good", "✔", say("kept", "達成")),
            false => ("bad", "✖", say("MISSED", "未達")),
        };
        let limit = verdict.limit.replace("<=", "≤").replace(">=", "≥");
        html += &format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"state {class}\">{symbol} {words}</td></tr>\n",
            both(&verdict.what),
            escaped(&limit),
            escaped(&verdict.found)
        );
    }
    html + "</tbody>\n</table></div>\n"
}

/// The times of all that counts.
pub(super) fn times(report: &Report) -> String {
    let measured = &report.measured;
    let mut columns = vec![say("milliseconds", "ミリ秒")];
    columns.extend(Quantile::ALL.map(|quantile| both(&quantile_name(quantile))));
    columns.push(say("mean", "平均"));
    let rows: [(Bilingual, &Times); 4] = [
        (named("from the due time (corrected)", "送るべき時刻から（補正あり）"), &measured.corrected),
        (named("from the sending (uncorrected)", "送信から（補正なし）"), &measured.uncorrected),
        (named("handshake", "ハンドシェイク"), &measured.handshakes),
        (named("sender late", "送信側の遅れ"), &measured.late),
    ];
    let rows = rows.map(|(name, times)| {
        let mut row = vec![both(&name)];
        row.extend(Quantile::ALL.map(|quantile| shown(times, |times| milliseconds(times.at(quantile.part())))));
        row.push(shown(times, |times| milliseconds(times.mean())));
        row
    });
    heading("Times", "時間") + &table("times", &columns, &rows)
}

fn shown(times: &Times, value: impl Fn(&Times) -> f64) -> String {
    if times.count() == 0 { "-".to_owned() } else { format!("{:.2}", value(times)) }
}

/// The names of what is counted of a stage or a round, after its name.
fn counted() -> Vec<String> {
    let names = [
        ("asked/s", "目標/秒"),
        ("achieved/s", "達成/秒"),
        ("due", "予定"),
        ("answered", "回答"),
        ("failed", "失敗"),
        ("not sent", "未送信"),
        ("cut off", "打ち切り"),
        ("wrong", "誤り"),
    ];
    names.map(|(english, japanese)| say(english, japanese)).to_vec()
}

fn counts(tally: &Tally, open: bool) -> Vec<String> {
    let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), number);
    let mut cells = vec![
        rate(if open { per_second(tally.due, tally.lasted) } else { None }),
        rate(per_second(tally.answered, tally.answering())),
    ];
    let counts = [tally.due, tally.answered, tally.failed(), tally.unsent, tally.cut_off, tally.wrong];
    cells.extend(counts.map(grouped));
    cells
}

/// The median, the 99th percentile and the longest time.
const SHORT: [Quantile; 3] = [Quantile::P50, Quantile::P99, Quantile::Max];

fn short_names() -> Vec<String> {
    SHORT.map(|quantile| format!("{} ms", both(&quantile_name(quantile)))).to_vec()
}

fn short(tally: &Tally) -> Vec<String> {
    SHORT.map(|quantile| shown(&tally.corrected, |times| milliseconds(times.at(quantile.part())))).to_vec()
}

/// The stages, and the sum of those that count.
pub(super) fn stages(report: &Report) -> String {
    let columns = [vec![say("stage", "ステージ")], counted(), short_names()].concat();
    let mut rows = Vec::new();
    for (stage, tally) in report.stages_begun() {
        let warm_up = if stage.warm_up {
            say(" (warm-up, not counted)", "（ウォームアップ。測定外）")
        } else {
            String::new()
        };
        let name = format!("{}{warm_up}", escaped(&stage.name));
        rows.push([vec![name], counts(tally, stage.arrivals.mean().is_some()), short(tally)].concat());
    }
    let all = say("all that count", "測定の合計");
    rows.push([vec![all], counts(&report.measured, report.is_open()), short(&report.measured)].concat());
    heading("Stages", "ステージ") + &table("stages", &columns, &rows)
}

/// The rounds; nothing if there is but one.
pub(super) fn rounds(report: &Report) -> String {
    if report.rounds.len() < 2 {
        return String::new();
    }
    let columns = [vec![say("round", "ラウンド")], counted(), short_names()].concat();
    let row = |(place, tally): (usize, &Tally)| {
        [vec![(place + 1).to_string()], counts(tally, report.is_open()), short(tally)].concat()
    };
    let rows: Vec<Vec<String>> = report.rounds.iter().enumerate().map(row).collect();
    let note = say(
        "The same stages, again and again. How far the rounds differ is the noise of this machine.",
        "同じステージの繰り返し。ラウンドの間の差が、このコンピューターの誤差です。",
    );
    heading("Rounds", "ラウンド") + &format!("<p class=\"quiet\">{note}</p>\n") + &table("rounds", &columns, &rows)
}

/// The parts of the mix; nothing if there is but one.
pub(super) fn mix(report: &Report) -> String {
    if report.findings.parts.len() < 2 {
        return String::new();
    }
    let columns = [
        vec![
            say("sent", "送ったもの"),
            say("answered", "回答"),
            say("failed", "失敗"),
            say("wrong", "誤り"),
            say("people", "人数"),
        ],
        short_names(),
    ]
    .concat();
    let rows: Vec<Vec<String>> = (report.plan.mix.entries().iter().zip(&report.findings.parts))
        .map(|(part, tally)| {
            let counts = [tally.answered, tally.failed(), tally.wrong, tally.people].map(grouped);
            [vec![escaped(&part.scenario.words())], counts.to_vec(), short(tally)].concat()
        })
        .collect();
    heading("Parts of the mix", "内訳") + &table("mix", &columns, &rows)
}

/// Requests without an answer, by kind, in the stages that count.
pub(super) fn failures(report: &Report) -> String {
    let measured = &report.measured;
    let mut rows: Vec<Vec<String>> =
        measured.failures.iter().map(|(kind, count)| vec![both(&kind.words()), grouped(*count)]).collect();
    let others = [
        (say("not sent: as many as may wait were waiting", "未送信: 待てる件数の上限に達していた"), measured.unsent),
        (say("cut off at the end of the run", "実行の終わりに打ち切り"), measured.cut_off),
    ];
    rows.extend(others.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| vec![name, grouped(count)]));
    let head = heading("Without an answer", "回答のない照会");
    if rows.is_empty() {
        let none = say(
            "Every request that was due in the stages that count was answered.",
            "測定のステージの照会には、すべて回答がありました。",
        );
        return head + &format!("<p id=\"no-failures\">{none}</p>\n");
    }
    head + &table("failures", &[say("kind", "種類"), say("requests", "件数")], &rows)
}

/// The first wrong answers, with every difference.
pub(super) fn wrong(report: &Report) -> String {
    let (wrong, compared, shown) = (report.measured.wrong, report.measured.compared, report.findings.wrong.len());
    let head = heading("Wrong answers", "誤った回答");
    let (answers, all) = (grouped(wrong), grouped(compared));
    let sum = named(
        format!("{answers} of {all} answers that were compared in the stages that count were wrong."),
        format!("測定のステージで比較した{all}件の回答のうち、{answers}件が誤りでした。"),
    );
    let mut html = head + &format!("<p id=\"wrong-sum\">{}</p>\n", both(&sum));
    if shown == 0 {
        return html;
    }
    let first = named(format!("The first {shown} of all:"), format!("全体の最初の{shown}件:"));
    html += &format!(
        "<p class=\"quiet\">{}</p>\n<div class=\"scroll\"><table id=\"wrong\" class=\"texts\">\n<thead><tr>",
        both(&first)
    );
    for (english, japanese) in
        [("person", "人物"), ("stage", "ステージ"), ("element", "項目"), ("expected", "期待値"), ("found", "回答")]
    {
        html += &format!("<th scope=\"col\">{}</th>", say(english, japanese));
    }
    html += "</tr></thead>\n<tbody>\n";
    let value = |text: &Option<String>| text.as_ref().map_or_else(|| say("nothing", "なし"), |text| escaped(text));
    for answer in &report.findings.wrong {
        let stage = &report.plan.stages[answer.stage % report.plan.stages.len()].name;
        for difference in &answer.differences {
            html += &format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"bad\">{}</td></tr>\n",
                escaped(&answer.person),
                escaped(stage),
                escaped(&difference.element),
                value(&difference.expected),
                value(&difference.found)
            );
        }
    }
    html + "</tbody>\n</table></div>\n"
}
