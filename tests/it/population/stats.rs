//! `shikaku population stats`: counts of people made by hand, and a page that a browser opens.

use std::process::Command;

use jiff::civil::date;
use shikaku::language::Language;
use shikaku::population::Profile;
use shikaku::population::stats::{Counts, Lags, Report, Verdict, page, table};

use super::{PEOPLE, order, people};
use crate::support::{fixtures, scratch};

fn report(lags: Option<&Lags>) -> Report {
    let mut counts = Counts::new(date(2026, 12, 1));
    for (person, _) in people(&order(10, 0), PEOPLE).into_iter().flatten() {
        counts.add(&person);
    }
    Report::new(&counts, Profile::standard(), lags)
}

#[test]
fn a_population_is_within_the_tolerance_of_its_profile() {
    let report = report(None);
    assert_eq!(report.outside(), 0, "{}", table(&report, Language::En));
}

#[test]
fn a_population_of_other_shares_is_marked() {
    // People of the fixtures alone: they are no sample of Japan.
    let mut counts = Counts::new(date(2026, 11, 22));
    for _ in 0..50 {
        for entry in &fixtures().people {
            counts.add(&entry.person);
        }
    }
    let report = Report::new(&counts, Profile::standard(), None);
    let schemes = &report.sections[0];
    assert!(report.outside() > 3, "{}", table(&report, Language::En));
    assert!(schemes.rows.iter().any(|row| row.verdict(schemes.whole) == Some(Verdict::Outside)));
    assert!(table(&report, Language::En).contains(" *\n"));
    assert!(page(&report, Language::Ja).contains("の外"));
}

#[test]
fn days_until_registration_are_counted_by_scheme() {
    let mut lags = Lags::default();
    let entry = |kind: &str, day: &str, at: &str| {
        format!(r#"{{"kind":"{kind}","insurer":"01139013","acquired_on":"{day}","registered_at":"{at}T09:00:00+09:00"}}"#)
    };
    // 協会けんぽ: two on the third or fourth day after, one after 46 days.
    lags.add(&entry("gain", "2026-12-01", "2026-12-04")).unwrap();
    lags.add(&entry("gain", "2026-12-01", "2026-12-05")).unwrap();
    lags.add(&entry("gain", "2026-12-01", "2027-01-16")).unwrap();
    lags.add(&entry("correction", "2026-12-01", "2026-12-02")).unwrap();
    assert!(lags.add("{}").is_err() && lags.add(&entry("gain", "soon", "2026-12-04")).is_err());
    let report = report(Some(&lags));
    let section =
        report.sections.iter().find(|one| one.title.text(Language::En).contains("registered, 協会けんぽ")).unwrap();
    let counted: Vec<_> =
        section.rows.iter().filter(|row| row.count > 0).map(|row| (row.name.text(Language::En), row.count)).collect();
    assert_eq!((section.whole, counted), (3, vec![("3–4 days", 2), ("more than 45 days", 1)]));
}

#[test]
fn losses_on_the_75th_birthday_are_known_ahead_and_left_out() {
    // Born on 10 March 1952: 75 on 10 March 2027.
    let born = |day: jiff::civil::Date, id: &str| {
        let mut person = fixtures().people.iter().find(|one| one.person.coverages.len() == 1).unwrap().person.clone();
        person.fixture_id = id.to_owned();
        person.coverages[0].identity.birth_on = shikaku::domain::BirthDate::new(day).unwrap();
        person
    };
    // 138057 is a municipality: losses and gains of national health insurance.
    let loss = |person: &str, on: &str, reason: &str, at: &str| {
        format!(
            r#"{{"kind":"loss","insurer":"138057","of":{{"person":"{person}"}},"loss":{{"on":"{on}","reason":"{reason}"}},
                "registered_at":"{at}T09:00:00+09:00"}}"#
        )
    };
    let mut lags = Lags::default();
    for entry in [
        // On the 75th birthday: registered on that day, or after two days; neither counts.
        loss("elder", "2027-03-10", "03", "2027-03-10"),
        loss("late-elder", "2027-03-10", "03", "2027-03-12"),
        // The day before, for work: on the next day.
        loss("worker", "2027-03-09", "03", "2027-03-10"),
        // A move on the 75th birthday is for no other insurance: on the day itself.
        loss("mover", "2027-03-10", "99", "2027-03-10"),
        // Nobody hands this person on: after three days.
        loss("stranger", "2027-03-10", "03", "2027-03-13"),
    ] {
        lags.add(&entry).unwrap();
    }
    for person in ["elder", "late-elder", "worker", "mover"] {
        lags.of_person(&born(date(1952, 3, 10), person));
    }
    let report = report(Some(&lags));
    let section =
        report.sections.iter().find(|one| one.title.text(Language::En).contains("registered, 市町村国保")).unwrap();
    let counted: Vec<_> =
        section.rows.iter().filter(|row| row.count > 0).map(|row| (row.name.text(Language::En), row.count)).collect();
    assert_eq!((section.whole, counted), (3, vec![("0 days", 1), ("1 day", 1), ("3–4 days", 1)]));
    assert!(table(&report, Language::En).contains("市町村国保: 3 registrations, without losses on the 75th birthday\n"));
    assert!(table(&report, Language::Ja).contains("3件の登録。75歳の誕生日の喪失を除く"));
}

#[test]
fn a_browser_shows_the_page() {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    let browser = browser.expect("a browser is needed: apt-get install chromium (./test does it where it can)");
    let root = scratch("stats-page");
    for (language, title) in [(Language::En, "Ages by scheme"), (Language::Ja, "制度別の年齢")] {
        let file = root.join("stats.html");
        let html = page(&report(None), language);
        assert!(!html.contains("http") && !html.contains("<script"), "the page needs nothing else");
        std::fs::write(&file, html).unwrap();
        let output = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
            .arg(format!("--user-data-dir={}", root.join("browser").display()))
            .arg(format!("file://{}", file.display()))
            .output()
            .unwrap();
        let dom = String::from_utf8(output.stdout).unwrap();
        assert!(dom.contains(&format!("<h2>{title}</h2>")) && dom.matches("class=\"track\"").count() > 40, "{dom}");
    }
}
