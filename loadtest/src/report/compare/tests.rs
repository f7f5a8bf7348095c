//! The rule, on values made by hand.

use super::*;

fn finding(figure: Figure, a: &[f64], b: &[f64]) -> Finding {
    Row::of(figure, a.to_vec(), b.to_vec()).finding
}

#[test]
fn a_figure_differs_if_every_round_lies_beyond_every_round_of_the_other_side() {
    let a = [10.0, 12.0, 11.0];
    for (b, wanted) in [
        ([12.1, 15.0, 13.0], Finding::Worse),
        ([9.9, 8.0, 9.0], Finding::Better),
        // The medians are far apart, and one round lies where those of A lie.
        ([12.0, 50.0, 60.0], Finding::WithinNoise),
        ([10.0, 2.0, 1.0], Finding::WithinNoise),
        ([11.0, 11.0, 11.0], Finding::WithinNoise),
    ] {
        assert_eq!(finding(Figure::P99, &a, &b), wanted, "{b:?}");
    }
    // More answers in a second are better, fewer errors are.
    assert_eq!(finding(Figure::Rate, &a, &[13.0, 14.0, 15.0]), Finding::Better);
    assert_eq!(finding(Figure::Knee, &a, &[7.0, 8.0, 9.0]), Finding::Worse);
    assert_eq!(finding(Figure::Errors, &[0.0, 0.0, 0.0], &[0.1, 0.2, 0.1]), Finding::Worse);
}

#[test]
fn two_rounds_say_nothing_however_far_apart() {
    assert_eq!(finding(Figure::P50, &[1.0, 1.0], &[9.0, 9.0, 9.0]), Finding::TooFew);
    assert_eq!(finding(Figure::P50, &[1.0, 1.0, 1.0], &[9.0, 9.0]), Finding::TooFew);
    assert_eq!(finding(Figure::P50, &[], &[9.0, 9.0, 9.0]), Finding::TooFew);
}

#[test]
fn medians_and_their_ratio() {
    let row = Row::of(Figure::Mean, vec![4.0, 1.0, 3.0, 2.0], vec![5.0, 20.0, 6.0]);
    assert_eq!(row.a, Some(Spread { rounds: 4, least: 1.0, median: 2.5, most: 4.0 }));
    assert_eq!(row.b, Some(Spread { rounds: 3, least: 5.0, median: 6.0, most: 20.0 }));
    assert_eq!(row.ratio, Some(2.4));
    assert_eq!(Row::of(Figure::Errors, vec![0.0], vec![1.0]).ratio, None);
}

#[test]
fn chance_alone_tells_a_figure_apart_once_in_so_many_comparisons() {
    // 6! / (3! 3!) = 20, 10! / (5! 5!) = 252, 7! / (3! 4!) = 35; half of them, because either side may be the better one.
    assert_eq!((once_in(3, 3), once_in(5, 5), once_in(3, 4)), (10.0, 126.0, 17.5));
}

/// Results of three rounds of a stage of 10 s after a warm-up of 2 s, with a sample of the server each second.
fn results() -> Results {
    let figures = |seconds: f64, p50: f64| {
        serde_json::json!({
            "seconds": seconds, "answering_seconds": seconds, "achieved_per_second": 10.0, "due": 100, "answered": 98,
            "people": 98, "compared": 50, "wrong": 1, "failed": 1, "not_sent": 0, "cut_off": 1, "failures": {},
            "handshakes": 0, "corrected_ms": {"p50": p50, "p90": 2.0, "p99": 3.0, "p99.9": 4.0, "mean": 1.5},
        })
    };
    // The server works 1 ms for each of 10 records a second in the first round, then 2 ms, then 3 ms.
    let mut processor = 100.0;
    let samples: Vec<serde_json::Value> = (0..36)
        .map(|second| {
            processor += f64::from(1 + (second - 1).max(0) / 12) * 0.01;
            serde_json::json!({"at_seconds": f64::from(second) + 0.01, "processor_seconds": processor,
                               "access_log_records": 1000 + second * 10})
        })
        .collect();
    let stage = |name: &str, warm_up: bool, seconds: f64| serde_json::json!({"name": name, "warm_up": warm_up, "figures": figures(seconds, 1.0)});
    let rounds = [1.0, 1.1, 1.2].map(|p50| figures(10.0, p50));
    let stages_of_rounds: Vec<serde_json::Value> = (0..3).flat_map(|_| [figures(2.0, 1.0), figures(10.0, 1.0)]).collect();
    serde_json::from_value(serde_json::json!({
        "format": 2, "plan": "test", "plan_text": "text", "seed": 1, "target": "127.0.0.1:1", "began_at": "", "end": "done",
        "processes": 1, "good": true, "terminals": 1, "connections_each": 1, "connections": "kept-alive", "tls": "both",
        "http": "1.1", "people": 3, "stages": [stage("warm", true, 6.0), stage("steady", false, 30.0)],
        "stages_of_rounds": stages_of_rounds, "rounds": rounds, "parts": [], "measured": figures(30.0, 1.1),
        "thresholds": [{"key": "sender_late_p99", "limit": "", "found": "", "met": true}], "wrong_answers": [],
        "series": {"seconds": 1.0, "moments": []}, "server": {"failure": null, "samples": samples},
    }))
    .unwrap()
}

fn run(change: impl Fn(&mut Results)) -> Vec<Run> {
    let mut results = results();
    change(&mut results);
    vec![Run { directory: "run".into(), results }]
}

#[test]
fn each_round_tells_its_figures() {
    let results = results();
    assert_eq!(Figure::P50.values(&results), [1.0, 1.1, 1.2]);
    assert_eq!(Figure::P999.values(&results), [4.0; 3]);
    // One failed and one cut off of 100; one wrong of 50.
    assert_eq!((Figure::Errors.values(&results), Figure::WrongAnswers.values(&results)), (vec![2.0; 3], vec![2.0; 3]));
    let processor = Figure::Processor.values(&results);
    let near = processor.iter().zip([1.0, 2.0, 3.0]).all(|(found, wanted)| (found - wanted).abs() < 1e-9);
    assert!(near && processor.len() == 3, "{processor:?}");
}

#[test]
fn the_outcome_is_that_of_the_worst_figure() {
    let same = run(|_| {});
    let comparison = Comparison::of(&same, &same);
    assert_eq!((comparison.outcome, comparison.warnings.len(), comparison.figures.len()), (Outcome::NotWorse, 0, 9));
    assert_eq!(comparison.once_in(), Some(10.0));
    let slower = run(|results| {
        for round in &mut results.rounds {
            round.corrected_ms.as_mut().unwrap().insert("p99".to_owned(), 3.5);
        }
    });
    assert_eq!(Comparison::of(&same, &slower).outcome, Outcome::Worse);
    assert_eq!(Comparison::of(&slower, &same).outcome, Outcome::NotWorse);
    let short = run(|results| results.rounds.truncate(2));
    assert_eq!(Comparison::of(&same, &short).outcome, Outcome::Nothing);
}

#[test]
fn runs_that_measured_something_else_are_told() {
    let same = run(|_| {});
    type Change = fn(&mut Results);
    let cases: [(Change, Warning, Outcome); 6] = [
        (|results| results.plan_text.push('#'), Warning::PlansDiffer, Outcome::NotWorse),
        (|results| results.seed = 2, Warning::SeedsDiffer, Outcome::NotWorse),
        (|results| results.people = 4, Warning::PeopleDiffer, Outcome::NotWorse),
        (|results| results.http = "2".to_owned(), Warning::ProtocolsDiffer, Outcome::NotWorse),
        (|results| results.end = "silent".to_owned(), Warning::NotDone { run: "run".to_owned() }, Outcome::Nothing),
        (|results| results.thresholds[0].met = false, Warning::SenderBehind { run: "run".to_owned() }, Outcome::Nothing),
    ];
    for (change, warning, outcome) in cases {
        let comparison = Comparison::of(&same, &run(change));
        assert_eq!((comparison.warnings, comparison.outcome), (vec![warning], outcome));
    }
}

#[test]
fn of_plans_that_look_for_the_knee_the_knee_is_compared() {
    let knee = |rate: f64| {
        let found =
            super::super::results::KneeFound { kept_per_second: Some(rate), broken_per_second: None, missed: Vec::new() };
        run(move |results| results.knee = Some(found.clone()))
    };
    let of = |rates: [f64; 3]| rates.into_iter().flat_map(knee).collect::<Vec<Run>>();
    let comparison = Comparison::of(&of([100.0, 110.0, 120.0]), &of([90.0, 80.0, 70.0]));
    let row = comparison.figures[0];
    assert_eq!((row.figure, row.finding, comparison.outcome), (Figure::Knee, Finding::Worse, Outcome::Worse));
    assert_eq!(comparison.figures.len(), 2);
}
