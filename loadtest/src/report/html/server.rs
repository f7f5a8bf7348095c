//! Charts of what the server told of itself.

use shikaku::language::{Bilingual, Language};

use super::chart::{Chart, Line, named};
use super::over_time::{Time, values};
use super::scale::Scale;
use super::words::{both, say};
use crate::report::Report;
use crate::run::Sample;

const MEBIBYTE: f64 = 1_048_576.0;

/// Writes the section of the server's own figures, or why there are none.
pub(super) fn section(report: &Report, time: &Time) -> String {
    let mut html = format!("<h2>{}</h2>\n", say("What the server told of itself", "サーバー自身の指標"));
    let Some(told) = &report.findings.server else {
        let why = say(
            "The server was not asked for its own figures: neither the plan nor the command line named its operator listener \
             (`operator` in the plan, or `--operator`).",
            "サーバー自身の指標は読みませんでした。計画の`operator`でも`--operator`でも、運用者用の待ち受けが指定されていません。",
        );
        return html + &format!("<p class=\"quiet\" id=\"server-untold\">{why}</p>\n");
    };
    if let Some(failure) = &told.failure {
        let why: Bilingual = match told.samples.is_empty() {
            true => (
                format!("The server's own figures could not be read: {failure}"),
                format!("サーバー自身の指標を読めませんでした: {failure}"),
            ),
            false => (
                format!("From some moment on, the server's own figures could not be read: {failure}"),
                format!("途中から、サーバー自身の指標を読めなくなりました: {failure}"),
            ),
        }
        .into();
        html += &format!("<p class=\"bad\" id=\"server-untold\">{}</p>\n", both(&why));
    }
    if told.samples.len() < 2 {
        if told.failure.is_none() {
            let why = say(
                "The run was too short to read the server's own figures twice.",
                "実行が短く、指標を2回以上読めませんでした。",
            );
            html += &format!("<p class=\"quiet\" id=\"server-untold\">{why}</p>\n");
        }
        return html;
    }
    html += &format!(
        "<p class=\"quiet\">{}</p>\n",
        say("Read each second from its `/metrics`.", "`/metrics`から毎秒読んだ値です。")
    );
    let (mut figures, mut missing, mut zero) = (String::new(), Vec::new(), Vec::new());
    for chart in charts(&told.samples, time) {
        let most = values(&chart.lines).reduce(f64::max);
        match most {
            None => missing.push(chart.title),
            Some(0.0) => zero.push(chart.title),
            Some(_) => figures += &chart.figure(),
        }
    }
    for (id, titles, english, japanese) in
        [("zero", zero, "Zero all the time", "終始0の指標"), ("missing", missing, "Not told", "値のない指標")]
    {
        if !titles.is_empty() {
            let names = |language| titles.iter().map(|title| title.text(language).to_owned()).collect::<Vec<_>>();
            let (in_english, in_japanese) = (names(Language::En).join(", "), names(Language::Ja).join("、"));
            let text = named(format!("{english}: {in_english}."), format!("{japanese}: {in_japanese}。"));
            html += &format!("<p class=\"quiet\" id=\"server-{id}\">{}</p>\n", both(&text));
        }
    }
    html + &format!("<div class=\"charts\">\n{figures}</div>\n")
}

/// Draws each figure; one that the server does not tell has no values.
fn charts(samples: &[Sample], time: &Time) -> [Chart; 6] {
    let told = |value: fn(&Sample) -> Option<f64>| -> Vec<(f64, Option<f64>)> {
        samples.iter().map(|sample| (sample.at_seconds, value(sample))).collect()
    };
    // What is counted from the start of the server tells by its differences.
    let by_difference = |samples: &[Sample], value: fn(&Sample, &Sample) -> Option<f64>| -> Vec<(f64, Option<f64>)> {
        samples.windows(2).map(|pair| ((pair[0].at_seconds + pair[1].at_seconds) / 2.0, value(&pair[0], &pair[1]))).collect()
    };
    let draw = |id, title: Bilingual, what: Bilingual, unit: Bilingual, points: Vec<(f64, Option<f64>)>| {
        let lines = vec![Line { name: title.clone(), points }];
        let y = Scale::even(values(&lines));
        time.chart(id, title, what, unit, y, lines)
    };
    [
        draw(
            "server-processor",
            named("Processor", "プロセッサー"),
            named(
                "Processor time of the server, without PostgreSQL. 100 % is one core that is never idle.",
                "サーバーのプロセッサー時間（PostgreSQLを除く）。100 %は、コア一つが休みなく働いている状態です。",
            ),
            named("% of one core", "1コアに対する%"),
            by_difference(samples, |before, after| {
                // A server that was started again begins at zero.
                let seconds =
                    Some(after.processor_seconds? - before.processor_seconds?).filter(|seconds| *seconds >= 0.0)?;
                Some(seconds * 100.0 / (after.at_seconds - before.at_seconds))
            }),
        ),
        draw(
            "server-memory",
            named("Memory", "メモリー"),
            named(
                "Memory of the server. If it rises to the end of a long run, something is kept that should not be.",
                "サーバーのメモリー。長い実行の終わりまで増え続けるなら、不要なものが残っています。",
            ),
            named("MiB", "MiB"),
            told(|sample| Some(sample.resident_bytes? / MEBIBYTE)),
        ),
        draw(
            "server-connections",
            named("Connections", "接続"),
            named("Open connections of terminals.", "端末の開いている接続。"),
            named("connections", "接続"),
            told(|sample| sample.connections),
        ),
        draw(
            "server-files",
            named("Files in the queue", "待ち行列のファイル"),
            named("Bulk files that are not finished.", "処理の終わっていない一括照会のファイル。"),
            named("files", "ファイル"),
            told(|sample| sample.queue_files),
        ),
        draw(
            "server-people",
            named("People in the queue", "待ち行列の人数"),
            named("People of these files who are not answered.", "これらのファイルのうち、まだ回答していない人数。"),
            named("people", "人"),
            told(|sample| sample.queue_people),
        ),
        draw(
            "server-batches",
            named("Lookups in a batch", "一度に調べる照会"),
            named(
                "How many lookups the server put into one statement to its database, in the mean. It rises with the load.",
                "データベースへの一つの文にまとめた照会の平均の数。負荷とともに増えます。",
            ),
            named("lookups", "件"),
            by_difference(samples, |before, after| {
                let batches = after.batches? - before.batches?;
                (batches > 0.0).then_some((after.batched? - before.batched?) / batches)
            }),
        ),
    ]
}
