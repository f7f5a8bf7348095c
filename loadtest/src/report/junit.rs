//! The verdicts as JUnit XML, which continuous integration shows: a test case for the end of the run, and one for each threshold.

use shikaku::language::Language;

use super::Report;
use super::html::escaped;
use crate::run::End;

impl Report {
    /// Writes the verdicts as JUnit XML, in English, because programs keep the names over time.
    #[must_use]
    pub fn junit(&self) -> String {
        let seconds: f64 = self.findings.stages.iter().map(|tally| tally.lasted.as_secs_f64()).sum();
        let ended = match self.findings.end {
            End::Done => None,
            End::Stopped => Some(("stopped", "the run was stopped")),
            End::Silent => Some(("silent", "the server gave no answer any more")),
        };
        let ended = ended.map(|(kind, message)| (kind, message.to_owned()));
        let mut cases = vec![("the run came to its end".to_owned(), ended)];
        cases.extend(self.verdicts.iter().map(|verdict| {
            let failure = (!verdict.met).then(|| ("threshold", format!("limit {}, found {}", verdict.limit, verdict.found)));
            (verdict.what.text(Language::En).to_owned(), failure)
        }));
        let (tests, failures) = (cases.len(), cases.iter().filter(|(_, failure)| failure.is_some()).count());
        let (name, began) = (escaped(&self.plan.name), self.findings.began_at.strftime("%Y-%m-%dT%H:%M:%S"));
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite id=\"0\" package=\"shikaku-load\" name=\"{name}\" \
             timestamp=\"{began}\" hostname=\"localhost\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{seconds:.3}\">\n\
             <properties>\n"
        );
        let properties = [
            ("plan", self.plan.name.clone()),
            ("target", self.target.clone()),
            ("seed", self.plan.seed.to_string()),
            ("rounds", self.rounds.len().to_string()),
        ];
        for (name, value) in properties {
            xml += &format!("<property name=\"{name}\" value=\"{}\"/>\n", escaped(&value));
        }
        xml += "</properties>\n";
        for (what, failure) in cases {
            let case =
                format!("<testcase classname=\"shikaku-load.{name}\" name=\"{}\" time=\"{seconds:.3}\"", escaped(&what));
            xml += &match failure {
                None => format!("{case}/>\n"),
                Some((kind, message)) => {
                    let message = escaped(&message);
                    format!("{case}>\n<failure type=\"{kind}\" message=\"{message}\">{message}</failure>\n</testcase>\n")
                }
            };
        }
        let outcome = self.outcome();
        let outcome = escaped(outcome.text(Language::En));
        xml + &format!("<system-out>{outcome}</system-out>\n<system-err></system-err>\n</testsuite>\n</testsuites>\n")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::Plan;
    use crate::run::{Findings, Series, Tally};

    /// A run of 100 requests, each answered in 2 ms, of which one was wrong.
    fn report(end: End) -> Report {
        let text = "name = \"a < b & \\\"c\\\"\"\nseed = 7\n[identities]\nterminals = 1\n[people]\ndirectory = \"fixtures\"\n[[mix]]\n\
                    scenario = \"by_card_number\"\nweight = 1\n[[stage]]\nname = \"only\"\nseconds = 10\narrivals = \
                    \"constant\"\nrate = 10\n[thresholds]\np99_ms = 3\n";
        let plan = Plan::parse("plan.toml".as_ref(), text).unwrap();
        let lasted = Duration::from_secs(10);
        let mut tally = Tally { due: 100, answered: 100, compared: 100, wrong: 1, lasted, ..Tally::default() };
        (0..100).for_each(|_| tally.corrected.add(Duration::from_millis(2)));
        let findings = Findings {
            began_at: "2026-11-22T00:30:15.25Z".parse().unwrap(),
            end,
            processes: 1,
            stages: vec![tally.clone()],
            parts: vec![tally],
            series: Series::default(),
            cards: crate::run::CardFigures::default(),
            server: None,
            wrong: Vec::new(),
        };
        Report::of(plan, text.to_owned(), "127.0.0.1:8443".to_owned(), 3, findings)
    }

    #[test]
    fn each_threshold_is_a_test_case() {
        let wanted = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite id="0" package="shikaku-load" name="a &lt; b &amp; &quot;c&quot;" timestamp="2026-11-22T00:30:15" hostname="localhost" tests="6" failures="1" errors="0" time="10.000">
<properties>
<property name="plan" value="a &lt; b &amp; &quot;c&quot;"/>
<property name="target" value="127.0.0.1:8443"/>
<property name="seed" value="7"/>
<property name="rounds" value="1"/>
</properties>
<testcase classname="shikaku-load.a &lt; b &amp; &quot;c&quot;" name="the run came to its end" time="10.000"/>
<testcase classname="shikaku-load.a &lt; b &amp; &quot;c&quot;" name="p99 from the due time" time="10.000"/>
<testcase classname="shikaku-load.a &lt; b &amp; &quot;c&quot;" name="rate achieved of the rate asked" time="10.000"/>
<testcase classname="shikaku-load.a &lt; b &amp; &quot;c&quot;" name="requests without an answer" time="10.000"/>
<testcase classname="shikaku-load.a &lt; b &amp; &quot;c&quot;" name="wrong answers" time="10.000">
<failure type="threshold" message="limit &lt;= 0, found 1">limit &lt;= 0, found 1</failure>
</testcase>
<testcase classname="shikaku-load.a &lt; b &amp; &quot;c&quot;" name="how late the sender itself was (p99)" time="10.000"/>
<system-out>MISSED: see the thresholds</system-out>
<system-err></system-err>
</testsuite>
</testsuites>
"#;
        assert_eq!(report(End::Done).junit(), wanted);
    }

    #[test]
    fn a_run_that_did_not_come_to_its_end_fails_as_such() {
        for (end, kind) in [(End::Stopped, "stopped"), (End::Silent, "silent")] {
            let xml = report(end).junit();
            assert!(xml.contains("failures=\"2\"") && xml.contains(&format!("<failure type=\"{kind}\" message=")), "{xml}");
        }
    }
}
