//! Charts of how the times are spread: the curve of percentiles, and the parts of the mix beside each other.

use super::chart::{Chart, LEFT, Line, WIDTH, marker, named, text};
use super::over_time::{ms, quantile_name, values};
use super::scale::Scale;
use super::words::{both, escaped, in_both};
use crate::plan::Quantile;
use crate::report::{Report, milliseconds};
use crate::run::Times;

/// Points of the curve for each nine.
const FOR_EACH_NINE: u32 = 30;
/// The most nines that are shown: 99.999 %.
const MOST_NINES: f64 = 5.0;

/// The percentiles from the due time beside those from the sending; none if no times were taken.
pub(super) fn percentiles(report: &Report) -> Option<Chart> {
    let (corrected, uncorrected) = (&report.measured.corrected, &report.measured.uncorrected);
    if corrected.count() == 0 {
        return None;
    }
    // The last nine is that at which one request is left.
    let most_nines = (corrected.count() as f64).log10().clamp(1.0, MOST_NINES);
    let most = 1.0 - 10_f64.powf(-most_nines);
    let curve = |times: &Times| -> Vec<(f64, Option<f64>)> {
        let last = (most_nines * f64::from(FOR_EACH_NINE)).floor() as u32;
        let parts = (0..=last).map(|place| 1.0 - 10_f64.powf(-f64::from(place) / f64::from(FOR_EACH_NINE)));
        let parts = parts.chain([most]);
        parts.map(|part| (part, (times.count() > 0).then(|| milliseconds(times.at(part))))).collect()
    };
    let lines = vec![
        Line {
            name: named("from the due time (corrected)", "送るべき時刻から（補正あり）"), points: curve(corrected)
        },
        Line { name: named("from the sending (uncorrected)", "送信から（補正なし）"), points: curve(uncorrected) },
    ];
    let what = named(
        "How many of the requests took at most how long. The further to the right, the rarer. Where the two lines part, requests waited \
         before they could be sent: a tool that counts from the sending would not have seen it.",
        "どれだけの割合の照会が、何ミリ秒以内に終わったか。右へ行くほどまれな照会です。2本の線が離れる所では、照会が送信前に待たされて\
         います。送信から数えるツールでは見えない待ち時間です。",
    );
    Some(Chart {
        id: "percentiles",
        title: named("Percentiles", "パーセンタイル"),
        what,
        unit: named("milliseconds", "ミリ秒"),
        along: named("share of the requests", "照会の割合"),
        x: Scale::Nines { most },
        y: Scale::powers(values(&lines)),
        lines,
        limits: Vec::new(),
        spans: Vec::new(),
    })
}

const QUANTILES: [Quantile; 4] = [Quantile::P50, Quantile::P90, Quantile::P99, Quantile::Max];
const ROW: f64 = 40.0;
const HEAD: f64 = 12.0;
const FOOT: f64 = 46.0;

/// The times of each part of the mix from the due time; none if there is but one part.
pub(super) fn parts(report: &Report) -> Option<String> {
    let parts: Vec<_> = report.plan.mix.entries().iter().zip(&report.findings.parts).collect();
    let of = |times: &Times| QUANTILES.map(|quantile| milliseconds(times.at(quantile.part())));
    let with_times = parts.iter().filter(|(_, tally)| tally.corrected.count() > 0);
    let all: Vec<f64> = with_times.flat_map(|(_, tally)| of(&tally.corrected)).collect();
    if parts.len() < 2 || all.is_empty() {
        return None;
    }
    let (scale, height) = (Scale::powers(all.into_iter()), HEAD + ROW * parts.len() as f64 + FOOT);
    let title = named("Latency by part of the mix", "内訳ごとの応答時間");
    let what = named(
        "Each line goes from the median of a kind of request to its longest time, from the due time.",
        "照会の種類ごとに、送るべき時刻からの時間を、中央値から最大値まで示します。",
    );
    let mut html = format!(
        "<figure class=\"chart\" id=\"parts\">\n<figcaption><h3 id=\"parts-title\">{}</h3><p class=\"quiet\" id=\"parts-what\">{}</p>\
         </figcaption>\n<div class=\"key\">",
        both(&title),
        both(&what)
    );
    for (place, quantile) in QUANTILES.into_iter().enumerate() {
        html += &format!(
            "<span class=\"entry\"><svg viewBox=\"0 0 12 12\" class=\"sample dot\" aria-hidden=\"true\"><g class=\"line line-{place}\">\
             <path class=\"marker\" d=\"{}\"/></g></svg>{}</span>",
            marker(place, 6.0, 6.0),
            both(&quantile_name(quantile))
        );
    }
    html += &format!(
        "</div>\n<div class=\"scroll\"><svg class=\"plot\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"parts-title\" \
         aria-describedby=\"parts-what\">{}{}",
        in_both("title", "", &title),
        in_both("desc", "", &what)
    );
    let (from, right, bottom) = (LEFT - 44.0, WIDTH - 24.0, height - FOOT);
    let x_of = |value: f64| from + scale.place(value) * (right - from);
    for (value, name) in scale.ticks() {
        let x = x_of(value);
        html += &format!("<path class=\"grid\" d=\"M{x:.1} {HEAD}V{bottom}\"/>{}", text("middle", x, bottom + 18.0, &name));
    }
    for (row, (part, tally)) in parts.iter().enumerate() {
        let (y, words) = (HEAD + ROW * row as f64 + 28.0, escaped(&part.scenario.words()));
        let times = of(&tally.corrected);
        if tally.corrected.count() == 0 {
            html += &text("start", from, y - 14.0, &format!("{words}: -"));
            continue;
        }
        let [median, .., longest] = times;
        html += &text("start", from, y - 14.0, &format!("{words}: p50 {}, p99 {}", ms(median), ms(times[2])));
        html += &format!("<path class=\"axis\" d=\"M{:.1} {y}H{:.1}\"/>", x_of(median), x_of(longest));
        for (place, time) in times.into_iter().enumerate() {
            let marker = marker(place, x_of(time), y);
            html += &format!("<g class=\"line line-{place}\"><path class=\"marker\" d=\"{marker}\"/></g>");
        }
    }
    let attributes = format!(" class=\"unit\" text-anchor=\"end\" x=\"{right}\" y=\"{:.1}\"", height - 8.0);
    html += &in_both("text", &attributes, &named("milliseconds", "ミリ秒"));
    html += "</svg></div>\n</figure>\n";
    Some(html)
}
