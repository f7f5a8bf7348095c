//! Charts of how a run went from moment to moment.

use std::collections::BTreeMap;

use shikaku::language::Bilingual;

use super::chart::{Chart, LimitLine, Line, Span, named};
use super::scale::Scale;
use super::words::{number, same};
use crate::plan::{Plan, Quantile};
use crate::report::{Report, milliseconds};
use crate::run::{Failure, Point};

/// The most kinds of failures with a line of their own; the others share one.
const MOST_KINDS: usize = 4;

/// The time of a run as the horizontal axis of charts.
pub(super) struct Time {
    /// The moments: middle, length within the run, and what happened.
    moments: Vec<Moment>,
    spans: Vec<Span>,
    pub scale: Scale,
}

#[derive(Clone, Copy)]
struct Moment {
    middle: f64,
    /// How many seconds of it lie before the end of the last stage.
    within: f64,
}

impl Time {
    pub fn of(report: &Report) -> Self {
        let spans = spans(&report.plan, report.findings.stages.iter().map(|tally| tally.lasted.as_secs_f64()));
        let end = spans.last().map_or(0.0, |span| span.to);
        let step = report.findings.series.step.as_secs_f64();
        let moment = |place: usize| {
            let from = place as f64 * step;
            let within = (end - from).clamp(0.0, step);
            Moment { middle: from + step / 2.0, within }
        };
        let moments: Vec<Moment> = (0..report.findings.series.points.len()).map(moment).collect();
        let most = moments.last().map_or(1.0, |last| last.middle + step / 2.0).max(end);
        Self { moments, spans, scale: Scale::Seconds { most } }
    }

    /// Makes a line of what each moment tells.
    fn line(&self, report: &Report, name: Bilingual, value: impl Fn(&Point, Moment) -> Option<f64>) -> Line {
        let points = report.findings.series.points.iter().zip(&self.moments);
        Line { name, points: points.map(|(point, moment)| (moment.middle, value(point, *moment))).collect() }
    }

    /// Makes a chart along the time.
    pub fn chart(
        &self,
        id: &'static str,
        title: Bilingual,
        what: Bilingual,
        unit: Bilingual,
        y: Scale,
        lines: Vec<Line>,
    ) -> Chart {
        let along = named("time since the beginning of the run", "実行開始からの時間");
        Chart { id, title, what, unit, along, x: self.scale, y, lines, limits: Vec::new(), spans: self.spans.clone() }
    }

    /// Latency over time.
    pub fn latency(&self, report: &Report) -> Chart {
        let quantiles = [Quantile::P50, Quantile::P90, Quantile::P99, Quantile::Max];
        let lines: Vec<Line> = quantiles
            .into_iter()
            .map(|quantile| {
                self.line(report, quantile_name(quantile), |point, _| {
                    (point.corrected.count() > 0).then(|| milliseconds(point.corrected.at(quantile.part())))
                })
            })
            .collect();
        let limits: Vec<LimitLine> = (report.plan.thresholds.latency.iter())
            .map(|limit| {
                let (name, value) = (limit.quantile.name(), milliseconds(limit.most));
                LimitLine { name: named(format!("limit of {name}"), format!("{name}の上限")), value }
            })
            .collect();
        let y = Scale::powers(values(&lines).chain(limits.iter().map(|limit| limit.value)));
        let what = named(
            "From the moment at which a request was due to its whole answer. Half of the requests are faster than p50, 99 of 100 are \
             faster than p99. Each step upwards on the axis is several times slower.",
            "送るべき時刻から、回答をすべて受け取るまで。半数はp50より速く、100件のうち99件はp99より速い。縦軸は1目盛りで数倍になります。",
        );
        let title = named("Latency over time", "応答時間の推移");
        Chart { limits, ..self.chart("latency", title, what, named("milliseconds", "ミリ秒"), y, lines) }
    }

    /// The rate that was asked, and the rate at which answers came.
    pub fn rate(&self, report: &Report) -> Chart {
        // A rate of a small part of a moment is mostly chance.
        let share =
            |count: u64, moment: Moment, whole: f64| (moment.within >= whole / 2.0).then(|| count as f64 / moment.within);
        let step = report.findings.series.step.as_secs_f64();
        let due = self.line(report, named("due", "送るべき件数"), |point, moment| share(point.due, moment, step));
        let answered = self.line(report, named("answered", "回答"), |point, moment| {
            if moment.within == 0.0 { Some(point.answered as f64 / step) } else { share(point.answered, moment, step) }
        });
        let lines = vec![due, answered];
        let what = named(
            "Requests that became due, and answers that came. Where the answers stay below, the server did not keep up; where they rise \
             above, it caught up.",
            "送るべき時刻が来た照会と、届いた回答。回答が下回る所ではサーバーが追いつかず、上回る所では遅れを取り戻しています。",
        );
        let title = named("Rate asked and achieved", "目標の頻度と達成した頻度");
        let y = Scale::even(values(&lines));
        self.chart("rate", title, what, named("requests a second", "件/秒"), y, lines)
    }

    /// Requests without a right answer, by kind; none if there are none.
    pub fn errors(&self, report: &Report) -> Option<Chart> {
        let points = &report.findings.series.points;
        let mut sums: BTreeMap<&Failure, u64> = BTreeMap::new();
        points.iter().flat_map(|point| &point.failures).for_each(|(kind, count)| *sums.entry(kind).or_default() += count);
        let mut kinds: Vec<(&Failure, u64)> = sums.into_iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let (own, shared) = kinds.split_at(kinds.len().min(MOST_KINDS));
        let step = report.findings.series.step.as_secs_f64();
        let count = |point: &Point, kind: &Failure| point.failures.get(kind).copied().unwrap_or_default();
        let mut lines: Vec<Line> = own
            .iter()
            .map(|(kind, _)| self.line(report, kind.words(), |point, _| Some(count(point, kind) as f64 / step)))
            .collect();
        if !shared.is_empty() {
            lines.push(self.line(report, named("others", "その他"), |point, _| {
                Some(shared.iter().map(|(kind, _)| count(point, kind)).sum::<u64>() as f64 / step)
            }));
        }
        if points.iter().any(|point| point.unsent > 0) {
            lines.push(self.line(report, named("not sent", "未送信"), |point, _| Some(point.unsent as f64 / step)));
        }
        if points.iter().any(|point| point.wrong > 0) {
            lines.push(self.line(report, named("wrong answers", "誤った回答"), |point, _| Some(point.wrong as f64 / step)));
        }
        if lines.is_empty() {
            return None;
        }
        let what = named(
            "Requests without an answer, by kind, and answers that were wrong, at the time at which each was known.",
            "回答のない照会を種類ごとに、また誤った回答を、それぞれが分かった時刻で示します。",
        );
        let y = Scale::even(values(&lines));
        let title = named("Errors over time", "エラーの推移");
        Some(self.chart("errors", title, what, named("requests a second", "件/秒"), y, lines))
    }

    /// How late the sender itself was.
    pub fn lateness(&self, report: &Report) -> Chart {
        let line =
            self.line(report, named("the latest of each moment", "その時点で最も遅れたもの"), |point, _| {
                (point.corrected.count() > 0).then(|| milliseconds(point.late))
            });
        let value = milliseconds(report.plan.thresholds.lateness);
        let limit = LimitLine {
            name: named("limit, which 99 of 100 must keep", "上限（100件中99件が守るべき値）"), value
        };
        let y = Scale::powers(values(std::slice::from_ref(&line)).chain([value]));
        let what = named(
            "How late this program itself was with sending. If it is far below the limit, the figures tell about the server and not \
             about the sender.",
            "この負荷試験ツール自身の送信の遅れ。上限を大きく下回っていれば、数値は送信側ではなくサーバーを表しています。",
        );
        let title = named("How late the sender was", "送信側の遅れ");
        let chart = self.chart("lateness", title, what, named("milliseconds", "ミリ秒"), y, vec![line]);
        Chart { limits: vec![limit], ..chart }
    }
}

/// Returns the values of lines.
pub(super) fn values(lines: &[Line]) -> impl Iterator<Item = f64> {
    lines.iter().flat_map(|line| line.points.iter().filter_map(|(_, value)| *value))
}

pub(super) fn quantile_name(quantile: Quantile) -> Bilingual {
    match quantile {
        Quantile::Max => named("longest", "最大"),
        other => same(other.name()),
    }
}

/// Returns the stages that were run, round after round, by how long each lasted.
fn spans(plan: &Plan, lasted: impl ExactSizeIterator<Item = f64>) -> Vec<Span> {
    let stages = plan.stages.len();
    let several = lasted.len() > stages;
    let mut from = 0.0;
    let mut spans = Vec::new();
    for (place, lasted) in lasted.enumerate() {
        if lasted == 0.0 {
            break;
        }
        let stage = &plan.stages[place % stages];
        let round = (several && place % stages == 0).then_some(place / stages + 1);
        spans.push(Span { name: stage.name.clone(), from, to: from + lasted, warm_up: stage.warm_up, round });
        from += lasted;
    }
    spans
}

/// Writes milliseconds.
pub(super) fn ms(value: f64) -> String {
    format!("{} ms", number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_follow_each_other_round_after_round_until_the_end() {
        let text = "name = \"test\"\n[identities]\nterminals = 1\n[people]\ndirectory = \"fixtures\"\n[[mix]]\nscenario = \
                    \"by_card_number\"\nweight = 1\n[[stage]]\nname = \"warm\"\nwarm_up = true\nseconds = 2\narrivals = \
                    \"constant\"\nrate = 1\n[[stage]]\nname = \"steady\"\nseconds = 5\narrivals = \"constant\"\nrate = 1\n";
        let plan = Plan::parse("plan.toml".as_ref(), text).unwrap();
        let span = |name: &str, from, to, round| Span { name: name.to_owned(), from, to, warm_up: name == "warm", round };
        // Stopped in the second round.
        let wanted = [span("warm", 0.0, 2.0, Some(1)), span("steady", 2.0, 7.0, None), span("warm", 7.0, 8.5, Some(2))];
        assert_eq!(spans(&plan, [2.0, 5.0, 1.5, 0.0].into_iter()), wanted);
        assert_eq!(spans(&plan, [2.0, 5.0].into_iter()), [span("warm", 0.0, 2.0, None), span("steady", 2.0, 7.0, None)]);
    }
}
