//! Verdicts: each threshold of a plan beside what the run found.

use std::time::Duration;

use shikaku::language::Bilingual;

use super::{milliseconds, per_second};
use crate::plan::{Limit, Plan};
use crate::run::{Findings, Knee, Tally};

/// A threshold beside what the run found.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Its key in plans.
    pub key: String,
    /// What is judged.
    pub what: Bilingual,
    /// What was to be kept to, such as `<= 50 ms`.
    pub limit: String,
    /// What was found.
    pub found: String,
    /// Whether it was kept to.
    pub met: bool,
}

/// The key of the threshold for the sender itself.
pub(super) const SENDER: &str = "sender_late_p99";

/// Judges all stages that count, among them the open ones, for which a rate was asked, the parts of the mix, and the knee.
pub(super) fn all(plan: &Plan, findings: &Findings, measured: &Tally, open: &Tally, knee: Option<&Knee>) -> Vec<Verdict> {
    let thresholds = &plan.thresholds;
    let mut verdicts = Vec::new();
    if let (Some(least), Some(knee)) = (thresholds.knee, knee) {
        let rate = knee.kept.map_or(0.0, |(_, rate)| rate);
        verdicts.push(Verdict {
            key: "knee".to_owned(),
            what: ("knee, in requests a second", "限界点（毎秒の件数）").into(),
            limit: format!(">= {}", least.per_second()),
            found: format!("{rate}"),
            met: rate >= least.per_second(),
        });
    }
    for limit in &thresholds.latency {
        let name = limit.quantile.name();
        let what = (format!("{name} from the due time"), format!("送るべき時刻からの{name}"));
        verdicts.push(latency(name.to_owned(), what.into(), *limit, measured));
    }
    for (part, tally) in plan.mix.entries().iter().zip(&findings.parts) {
        for limit in &part.latency {
            let (name, words) = (limit.quantile.name(), part.scenario.words());
            let what = (format!("{name} from the due time, {words}"), format!("送るべき時刻からの{name}（{words}）"));
            verdicts.push(latency(format!("{name} {words}"), what.into(), *limit, tally));
        }
    }
    if let Some(share) = achieved(open) {
        verdicts.push(Verdict {
            key: "rate_achieved".to_owned(),
            what: ("rate achieved of the rate asked", "目標の頻度に対する達成率").into(),
            limit: format!(">= {}", percent(thresholds.rate.get())),
            found: percent(share),
            met: share >= thresholds.rate.get(),
        });
    }
    let errors = if measured.due == 0 { 1.0 } else { measured.unanswered() as f64 / measured.due as f64 };
    verdicts.push(Verdict {
        key: "errors".to_owned(),
        what: ("requests without an answer", "回答のない照会").into(),
        limit: format!("<= {}", percent(thresholds.errors.get())),
        found: if measured.due == 0 { "-".to_owned() } else { percent(errors) },
        met: errors <= thresholds.errors.get(),
    });
    verdicts.push(Verdict {
        key: "wrong_answers".to_owned(),
        what: ("wrong answers", "誤った回答").into(),
        limit: format!("<= {}", thresholds.wrong),
        found: measured.wrong.to_string(),
        met: measured.wrong <= thresholds.wrong,
    });
    let late = measured.late.at(0.99);
    verdicts.push(Verdict {
        key: SENDER.to_owned(),
        what: ("how late the sender itself was (p99)", "送信側自身の遅れ（p99）").into(),
        limit: format!("<= {}", ms(thresholds.lateness)),
        found: ms(late),
        met: late <= thresholds.lateness,
    });
    verdicts
}

/// Judges a limit of latency; a tally without answers misses it.
fn latency(key: String, what: Bilingual, limit: Limit, tally: &Tally) -> Verdict {
    let (found, none) = (tally.corrected.at(limit.quantile.part()), tally.corrected.count() == 0);
    Verdict {
        key,
        what,
        limit: format!("<= {}", ms(limit.most)),
        found: if none { "-".to_owned() } else { ms(found) },
        met: !none && found <= limit.most,
    }
}

/// Returns the share of the asked rate that was achieved: answers in the time until the last of them, beside requests that were due in
/// the time of the stages. None if no rate was asked.
fn achieved(open: &Tally) -> Option<f64> {
    let asked = per_second(open.due, open.lasted).filter(|asked| *asked > 0.0)?;
    Some(per_second(open.answered, open.answering())? / asked)
}

/// Writes a time in milliseconds.
pub(super) fn ms(time: Duration) -> String {
    format!("{:.2} ms", milliseconds(time))
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Quantile, Thresholds};
    use crate::run::{CardFigures, End, Failure, Series};

    fn missed(thresholds: &Thresholds, tally: &Tally) -> Vec<String> {
        let text = "name = \"test\"\n[identities]\nterminals = 1\n[people]\ndirectory = \"fixtures\"\n[[mix]]\n\
                    scenario = \"by_card_number\"\nweight = 1\n[[stage]]\nname = \"only\"\nseconds = 10\n\
                    arrivals = \"constant\"\nrate = 10\n";
        let plan = Plan { thresholds: thresholds.clone(), ..Plan::parse("plan.toml".as_ref(), text).unwrap() };
        let findings = Findings {
            began_at: "2026-11-22T00:30:15Z".parse().unwrap(),
            end: End::Done,
            processes: 1,
            stages: Vec::new(),
            parts: vec![tally.clone()],
            series: Series::default(),
            cards: CardFigures::default(),
            server: None,
            wrong: Vec::new(),
        };
        let verdicts = all(&plan, &findings, tally, tally, None);
        verdicts.into_iter().filter(|verdict| !verdict.met).map(|verdict| verdict.key).collect()
    }

    /// 100 requests in 10 s, all answered at once.
    fn good() -> Tally {
        let mut tally = Tally { due: 100, answered: 100, lasted: Duration::from_secs(10), ..Tally::default() };
        (0..100).for_each(|_| tally.corrected.add(Duration::from_millis(2)));
        tally
    }

    #[test]
    fn a_good_run_misses_nothing() {
        let most = Duration::from_millis(3);
        let latency = vec![Limit { quantile: Quantile::P99, most }];
        assert_eq!(missed(&Thresholds { latency, ..Thresholds::default() }, &good()), [""; 0]);
    }

    #[test]
    fn each_threshold_is_missed_by_its_own_fault() {
        let usual = Thresholds::default();
        let most = Duration::from_millis(1);
        let strict = Thresholds { latency: vec![Limit { quantile: Quantile::P50, most }], ..usual.clone() };
        assert_eq!(missed(&strict, &good()), ["p50"]);
        // The last answer came 1 s after the end: 10/11 of the rate.
        let slow = Tally { last_answer: Duration::from_secs(11), ..good() };
        assert_eq!(missed(&usual, &slow), ["rate_achieved"]);
        assert!((achieved(&slow).unwrap() - 10.0 / 11.0).abs() < 1e-9);
        let failed = Tally { due: 101, failures: [(Failure::Broken, 1)].into(), ..good() };
        assert_eq!(missed(&usual, &failed), ["errors"]);
        assert_eq!(missed(&usual, &Tally { due: 101, unsent: 1, ..good() }), ["errors"]);
        assert_eq!(missed(&usual, &Tally { wrong: 1, ..good() }), ["wrong_answers"]);
        let mut behind = good();
        (0..100).for_each(|_| behind.late.add(Duration::from_millis(60)));
        assert_eq!(missed(&usual, &behind), ["sender_late_p99"]);
    }

    #[test]
    fn nothing_sent_is_not_good() {
        let latency = vec![Limit { quantile: Quantile::P50, most: Duration::from_secs(1) }];
        assert_eq!(missed(&Thresholds { latency, ..Thresholds::default() }, &Tally::default()), ["p50", "errors"]);
    }
}
