//! Tests of plans: what is legal is read, and every fault is told with line, reason and right form.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use shikaku::domain::Format;
use shikaku::language::{Japanese, Language};
use shikaku::terminal::{HttpVersion, TlsVersions};

use super::*;

const WHOLE: &str = r#"name = "all keys"
seed = 7

[target]
address = "[::1]:9443"
operator = "[::1]:9080"

[identities]
pki = "there/pki"
institutions = ["1310012344"]
terminals = 4
connections_each = 2
connections = "never-closed"
tls = "1.2"
http = "2"

[people]
directory = "town"
hot = 500
choice = "zipf"
exponent = 1.1
unknown = true
compared = 0.25

[[mix]]
scenario = "by_card_number"
format = "xml"
weight = 1

[[mix]]
scenario = "by_card_number"
weight = 3
p95_ms = 70

[[stage]]
name = "warm"
warm_up = true
seconds = 1
arrivals = "constant"
rate = 10

[[stage]]
name = "ramp"
seconds = 2.5
arrivals = "ramp"
from = 1
to = 20.5

[[stage]]
name = "steps"
seconds = 3
arrivals = "step"
from = 1
to = 3
steps = 3

[[stage]]
name = "patients"
seconds = 4
arrivals = "poisson"
rate = 0.5

[[stage]]
name = "closed"
seconds = 5
arrivals = "closed"
at_once = 8

[bounds]
requests = 1000
seconds = 60
waiting = 50
request_ms = 1500
patience_seconds = 2

[thresholds]
p50_ms = 10
p99_ms = 100.5
max_ms = 2000
rate_achieved = 0.9
errors = 0.01
wrong_answers = 2
sender_late_p99_ms = 5
knee = 40

[knee]
p99_ms = 80
rate_achieved = 0.8
errors = 0.02
"#;

const SMALL: &str = r#"name = "small"
[identities]
terminals = 1
[people]
directory = "fixtures"
[[mix]]
scenario = "by_card_number"
weight = 1
[[stage]]
name = "only"
seconds = 1
arrivals = "constant"
rate = 1
"#;

fn parse(text: &str) -> Result<Plan, Vec<String>> {
    let told = |faults: Vec<FixtureFault>| faults.iter().map(ToString::to_string).collect();
    Plan::parse(Path::new("plan.toml"), text).map_err(told)
}

#[test]
fn every_key_is_read() {
    let plan = parse(WHOLE).unwrap();
    assert_eq!((plan.name.as_str(), plan.seed, plan.target.to_string().as_str()), ("all keys", 7, "[::1]:9443"));
    assert_eq!(plan.operator, Some(target("[::1]:9080")));
    let identities = &plan.identities;
    assert_eq!(
        (identities.pki.as_path(), identities.terminals.get(), identities.connections.get()),
        (Path::new("there/pki"), 4, 2)
    );
    assert_eq!((identities.policy, identities.institutions[0].as_str()), (ConnectionPolicy::NeverClosed, "1310012344"));
    assert_eq!((identities.protocols.tls, identities.protocols.http), (TlsVersions::Only12, HttpVersion::Http2));
    assert_eq!(identities.words(), ["never-closed", "1.2", "2"]);
    // Four terminals with two places, each with one connection in use and twenty left open.
    assert_eq!(identities.open_at_once(), 168);
    let people = &plan.people;
    assert_eq!((people.hot.get(), people.choice, people.unknown), (500, Choice::Zipf(1.1), true));
    assert_eq!(people.compared.get(), 0.25);
    let arrivals: Vec<Arrivals> = plan.stages.iter().map(|stage| stage.arrivals).collect();
    let rate = |number| Rate::new(number).unwrap();
    assert_eq!(
        arrivals,
        [
            Arrivals::Constant(rate(10.0)),
            Arrivals::Ramp { from: rate(1.0), to: rate(20.5) },
            // Three steps are three stages.
            Arrivals::Constant(rate(1.0)),
            Arrivals::Constant(rate(2.0)),
            Arrivals::Constant(rate(3.0)),
            Arrivals::Poisson(rate(0.5)),
            Arrivals::Closed(NonZeroUsize::new(8).unwrap()),
        ]
    );
    assert!(plan.stages[0].warm_up && !plan.stages[1].warm_up);
    assert_eq!(plan.stages[1].duration, Duration::from_millis(2500));
    assert_eq!((plan.stages[3].name.as_str(), plan.stages[3].duration), ("steps 2/3", Duration::from_secs(1)));
    let bounds = plan.bounds;
    assert_eq!(
        (bounds.requests.unwrap().get(), bounds.time.unwrap(), bounds.waiting.get()),
        (1000, Duration::from_secs(60), 50)
    );
    assert_eq!((bounds.request, bounds.patience), (Duration::from_millis(1500), Duration::from_secs(2)));
    let thresholds = &plan.thresholds;
    let limits: Vec<_> = thresholds.latency.iter().map(|limit| (limit.quantile.name(), limit.most.as_micros())).collect();
    assert_eq!(limits, [("p50", 10_000), ("p99", 100_500), ("max", 2_000_000)]);
    assert_eq!((thresholds.rate.get(), thresholds.errors.get(), thresholds.wrong), (0.9, 0.01, 2));
    assert_eq!((thresholds.lateness, thresholds.knee), (Duration::from_millis(5), Some(rate(40.0))));
    let knee = plan.knee.unwrap();
    assert_eq!((knee.p99, knee.rate.get(), knee.errors.get()), (Duration::from_millis(80), 0.8, 0.02));
    let limits: Vec<usize> = plan.mix.entries().iter().map(|entry| entry.latency.len()).collect();
    assert_eq!((limits, plan.mix.entries()[1].latency[0].most), (vec![0, 1], Duration::from_millis(70)));
}

#[test]
fn what_is_left_out_has_its_usual_value() {
    let plan = parse(SMALL).unwrap();
    assert_eq!((plan.target.to_string().as_str(), plan.seed), ("127.0.0.1:8443", 1));
    assert_eq!(plan.identities.pki, Path::new(".shikaku/pki"));
    assert_eq!((plan.identities.policy, plan.identities.protocols), (ConnectionPolicy::KeptAlive, Default::default()));
    assert_eq!((plan.people.choice, plan.people.unknown, plan.people.compared), (Choice::Uniform, false, Share::ALL));
    assert_eq!((plan.bounds, plan.thresholds), (Bounds::default(), Thresholds::default()));
}

#[test]
fn a_mix_follows_its_weights() {
    let mix = parse(WHOLE).unwrap().mix;
    let format = |place| match mix.entries()[mix.at(place)].scenario {
        Scenario::ByCardNumber { format } => format,
        other => panic!("{other:?}"),
    };
    // One part in four is XML.
    assert_eq!((format(0.0), format(0.24)), (Format::Xml, Format::Xml));
    assert_eq!((format(0.26), format(0.999_999)), (Format::Json, Format::Json));
}

/// A fault: what is replaced in the small plan and by what, the line, and the beginning of the reason.
const FAULTS: [(&str, &str, usize, &str); 29] = [
    (
        "rate = 1\n",
        "rate = 0\n",
        13,
        "stage only: `rate`: must be a number of requests in a second: more than 0, at most 1000000",
    ),
    ("rate = 1\n", "rate = -5\n", 13, "stage only: `rate`: must be a number of requests"),
    ("rate = 1\n", "rate = nan\n", 13, "stage only: `rate`: must be a number of requests"),
    ("rate = 1\n", "rate = inf\n", 13, "stage only: `rate`: must be a number of requests"),
    ("rate = 1\n", "rate = \"1\"\n", 13, "stage only: `rate` must be a number"),
    ("rate = 1\n", "", 9, "stage only: `rate` is missing"),
    ("rate = 1\n", "rate = 1\nrat = 2\n", 14, "stage only: `rat` is not known here"),
    ("rate = 1\n", "rate = 1\nto = 2\n", 14, "stage only: `to` is not known here"),
    ("\"constant\"", "\"even\"", 12, "stage only: `arrivals`: must be one of constant, ramp, step, poisson, closed"),
    ("seconds = 1\n", "seconds = 0\n", 11, "stage only: `seconds`: must be a number of seconds"),
    ("seconds = 1\n", "seconds = 1\nwarm_up = true\n", 9, "every stage is a warm-up, so nothing would count"),
    ("name = \"only\"", "name = \" \"", 10, "`name`: must have 1 to 40 characters"),
    ("weight = 1", "weight = 0", 6, "the weights sum to nothing"),
    ("weight = 1", "weight = -1", 8, "`weight`: must be a number from 0 to 1000000"),
    ("\"by_card_number\"", "\"by_magic\"", 7, "`scenario`: must be one of by_card_number"),
    ("terminals = 1", "terminals = 0", 3, "`terminals`: must be a whole number from 1 to 100000"),
    ("terminals = 1", "terminals = 1.5", 3, "`terminals`: must be a whole number"),
    (
        "terminals = 1",
        "terminals = 20000\nconnections_each = 2",
        4,
        "`terminals` times `connections_each` is more than 28000",
    ),
    ("terminals = 1", "terminals = 1\ninstitutions = [\"131001234\"]", 4, "`institutions`: "),
    ("terminals = 1", "terminals = 1\ntls = \"1.1\"", 4, "`tls`: must be one of both, 1.2, 1.3"),
    ("\"fixtures\"", "\"fixtures\"\ncompared = 1.5", 6, "`compared`: must be a share from 0 to 1"),
    ("\"fixtures\"", "\"fixtures\"\nexponent = 2", 6, "`exponent`: goes with `choice = \"zipf\"` alone"),
    ("[people]\ndirectory = \"fixtures\"\n", "", 1, "`[people]` is missing"),
    ("[identities]", "[target]\naddress = \"127.0.0.1\"\n[identities]", 3, "`address`: must be a host and a port"),
    ("[identities]", "[target]\noperator = \"8080\"\n[identities]", 3, "`operator`: must be a host and a port"),
    (
        "\"constant\"\nrate = 1",
        "\"step\"\nfrom = 1\nto = 2\nsteps = 101",
        15,
        "stage only: `steps`: must be a whole number from 1 to 100",
    ),
    ("[people]", "[knee]\nrate_achieved = 0.9\n[people]", 4, "`p99_ms` is missing"),
    ("[people]", "[thresholds]\nknee = 10\n[people]", 5, "`knee`: goes with a `[knee]`"),
    ("weight = 1", "weight = 1\np99_ms = 0", 9, "`p99_ms`: must be a number of milliseconds"),
];

#[test]
fn each_fault_is_told_with_its_line_and_the_right_form() {
    for (from, to, line, reason) in FAULTS {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{from}");
        let faults = Plan::parse(Path::new("plan.toml"), &text).expect_err(to);
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 1, "{to}: {told:?}");
        let wanted = format!("plan.toml:{line}: {reason}");
        assert!(told[0].starts_with(&wanted), "{to}: {} instead of {wanted}", told[0]);
        let japanese = faults[0].japanese();
        assert!(!japanese.is_ascii() && japanese.starts_with("plan.toml:"), "{japanese}");
    }
}

#[test]
fn all_faults_are_told_at_once_in_order() {
    let text = SMALL.replace("rate = 1", "rate = 0").replace("terminals = 1", "terminals = 0").replace("weight", "wait");
    let told = parse(&text).unwrap_err();
    let lines: Vec<&str> = told.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["plan.toml:3", "plan.toml:6", "plan.toml:8", "plan.toml:13"], "{told:?}");
}

#[test]
fn what_is_no_plan_at_all_is_told() {
    assert_eq!(parse("").unwrap_err().len(), 5);
    let told = parse("name = \"x").unwrap_err();
    assert!(told.len() == 1 && told[0].starts_with("plan.toml:1: "), "{told:?}");
    let faults = Plan::read(Path::new("/nowhere/plan.toml")).unwrap_err();
    assert_eq!(faults[0].reason.text(Language::Ja), "ファイルまたはディレクトリーがありません");
}

fn target(text: &str) -> Target {
    text.parse().unwrap()
}

#[test]
fn targets_are_hosts_with_ports() {
    for text in ["127.0.0.1:8443", "[::1]:1", "localhost:65535", "gateway.example:8443"] {
        assert_eq!(target(text).to_string(), text);
    }
    for text in [
        "",
        "127.0.0.1",
        ":8443",
        "host:",
        "host:0",
        "host:65536",
        "::1:8443",
        "https://host:1",
        "a b:1",
        "[::1:8443",
        "[x]:1",
    ] {
        assert!(text.parse::<Target>().is_err(), "{text}");
    }
}

#[test]
fn another_machine_is_sent_to_only_if_plan_and_command_line_name_it() {
    let (here, there) = (target("127.0.0.1:8443"), target("gateway.example:8443"));
    let named = |destination: Result<Destination, TargetRefused>| destination.map(|destination| destination.to_string());
    assert_eq!(named(here.allow(None)).unwrap(), "127.0.0.1:8443");
    assert_eq!(named(here.allow(Some(&target("127.0.0.1:9000")))).unwrap(), "127.0.0.1:9000");
    assert_eq!(named(there.allow(Some(&here))).unwrap(), "127.0.0.1:8443");
    assert_eq!(named(there.allow(Some(&there))).unwrap(), "gateway.example:8443");
    assert_eq!(there.allow(None), Err(TargetRefused::NotRepeated(there.clone())));
    let other = target("other.example:8443");
    for planned in [&here, &there] {
        let refused = planned.allow(Some(&other)).unwrap_err();
        assert_eq!(refused, TargetRefused::NotPlanned { named: other.clone(), planned: planned.clone() });
    }
    // A name that only begins like this machine's is another one.
    for text in ["localhost.example:1", "127.0.0.1.example:1", "10.0.0.1:1", "0.0.0.0:1", "[::2]:1"] {
        assert!(!target(text).is_loopback(), "{text}");
    }
    assert!(target("127.8.9.1:1").is_loopback() && target("[::1]:1").is_loopback());
}
