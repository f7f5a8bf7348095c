//! The report of a run, as a browser shows it, and its file for continuous integration.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::proxy::{self, Stalls};
use crate::support::run::{Finished, plan};
use crate::support::{Load, World, scratch};
use crate::wrong_answers::spoiled;

/// Opens a page in a browser and returns what the browser made of it.
fn dom(page: &Path) -> String {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    let browser = browser.expect("a browser is needed: apt-get install chromium (./test does it where it can)");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", scratch("browser").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a page tell what it shows: a script puts the shown text of each part into an attribute, for each language that is chosen.
fn shown(page: &str) -> String {
    let script = "<script>for (const id of ['ja', 'en', 'ja']) { document.getElementById(id).checked = true; for (const one of \
                  document.querySelectorAll('h1, h3, #verdict strong, #thresholds th')) { one.setAttribute('data-' + id, \
                  one.innerText); } }</script></body>";
    page.replace("</body>", script)
}

/// Returns the cells of a table, row by row, without markup.
fn rows(dom: &str, id: &str) -> Vec<Vec<String>> {
    let (_, table) = dom.split_once(&format!("<table id=\"{id}\"")).unwrap_or_else(|| panic!("no table {id}:\n{dom}"));
    let body = table.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let text = |cell: &str| {
        let cell = cell.split("</t").next().unwrap().split_once('>').unwrap().1;
        let english = cell.split("<span lang=\"ja\">").next().unwrap();
        english.split('<').map(|part| part.rsplit('>').next().unwrap()).collect::<String>()
    };
    body.split("<tr>").skip(1).map(|row| row.split("<t").skip(1).map(text).collect()).collect()
}

fn figure<'a>(dom: &'a str, id: &str) -> &'a str {
    let (_, figure) =
        dom.split_once(&format!("<figure class=\"chart\" id=\"{id}\"")).unwrap_or_else(|| panic!("no chart {id}"));
    figure.split("</figure>").next().unwrap()
}

/// Returns the points of each line of a chart.
fn points(dom: &str, id: &str) -> Vec<usize> {
    let plot = figure(dom, id).split_once("class=\"plot\"").unwrap().1;
    let lines = plot.split("<g class=\"line line-").skip(1);
    lines.map(|line| line.split(" d=\"").nth(1).unwrap().split('"').next().unwrap().matches(['M', 'L']).count()).collect()
}

/// Two rounds of a warm-up and of three seconds, with two parts, a stall in each second, and a person whose expected answer is wrong.
async fn eventful() -> (World, Finished, std::path::PathBuf) {
    let world = World::start().await;
    let stalls = Stalls::Each { period: Duration::from_secs(1), stall: Duration::from_millis(300) };
    let proxy = proxy::start(world.address(), stalls).await;
    let stage = "seconds = 3\narrivals = \"constant\"\nrate = 100";
    let file = plan(
        stage,
        "p90_ms = 20\n[[mix]]\nscenario = \"by_card_number\"\nformat = \"xml\"\nweight = 1\n\
         [[stage]]\nname = \"<warm> & up\"\nwarm_up = true\nseconds = 1\narrivals = \"constant\"\nrate = 20",
    );
    let (operator, people) = (world.app.operator_addr().to_string(), spoiled());
    let arguments = ["--rounds", "2", "--operator", &operator, "--people", people.to_str().unwrap()];
    let load = Load::of(&file, proxy.address).arguments(&arguments);
    let out = load.out.clone();
    let run = load.finish().await;
    assert_eq!(run.code, Some(1), "{}\n{}", run.table, run.errors);
    (world, run, out)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_shows_the_report_in_both_languages() {
    let (world, run, out) = eventful().await;
    let file = out.join("report.html");
    let page = fs::read_to_string(&file).unwrap();
    for needed in ["http:", "https:", "<script", "<link", "url(", "@import"] {
        assert!(!page.contains(needed), "the page needs nothing else: {needed}");
    }
    fs::write(&file, shown(&page)).unwrap();
    let dom = dom(&file);
    fs::write(&file, &page).unwrap();
    // The stall makes a tenth of the requests late, and a person's answer is wrong.
    let missed = [("en", "MISSED: p90 from the due time; wrong answers"), ("ja", "未達: 送るべき時刻からのp90、誤った回答")];
    for (language, text) in missed {
        assert!(dom.contains(&format!("data-{language}=\"{text}\"")), "{text}:\n{dom}");
    }
    for text in [
        "data-en=\"Latency over time\"",
        "data-ja=\"応答時間の推移\"",
        "data-en=\"Percentiles\"",
        "data-ja=\"パーセンタイル\"",
    ] {
        assert!(dom.contains(text), "{text}:\n{dom}");
    }
    let thresholds: Vec<(String, String)> =
        rows(&dom, "thresholds").into_iter().map(|row| (row[0].clone(), row[3].clone())).collect();
    let wanted = [
        ("p90 from the due time", "✖ MISSED"),
        ("rate achieved of the rate asked", "✔ kept"),
        ("requests without an answer", "✔ kept"),
        ("wrong answers", "✖ MISSED"),
        ("how late the sender itself was (p99)", "✔ kept"),
    ];
    assert_eq!(thresholds, wanted.map(|(what, state)| (what.to_owned(), state.to_owned())));
    assert_eq!(rows(&dom, "times").len(), 4);
    let stages: Vec<String> = rows(&dom, "stages").into_iter().map(|row| format!("{} {}", row[0], row[3])).collect();
    assert_eq!(stages, ["only 600", "&lt;warm&gt; &amp; up (warm-up, not counted) 40", "all that count 600"]);
    assert_eq!((rows(&dom, "rounds").len(), rows(&dom, "mix").len()), (2, 2));
    let wrong = rows(&dom, "wrong");
    assert_eq!(wrong.len() as u64, run.results["wrong_answers"].as_array().unwrap().len() as u64);
    assert_eq!(wrong[0], ["elderly-2wari-tokyo", "only", "InsuredPartialContributionRatio", "030", "020"]);
    // Eight seconds of p50, p90, p99 and the longest; a ninth if the last answers came after the end.
    let latency = points(&dom, "latency");
    assert!(latency.len() == 4 && latency.iter().all(|points| (8..=9).contains(points)), "{latency:?}");
    assert_eq!(figure(&dom, "latency").matches("class=\"warm\"").count(), 3, "two in the chart and one in its legend");
    assert!(figure(&dom, "latency").contains(">limit of p90</text>") && figure(&dom, "latency").contains(">round 2</text>"));
    // 600 requests: up to 99.83 %, 83 points and the last one.
    assert_eq!(points(&dom, "percentiles"), [85, 85]);
    assert_eq!((points(&dom, "rate").len(), points(&dom, "lateness").len(), points(&dom, "errors").len()), (2, 1, 1));
    assert_eq!(figure(&dom, "parts").matches("<g class=\"line").count(), 4 + 2 * 4);
    for id in ["server-processor", "server-memory", "server-connections", "server-batches"] {
        assert!(points(&dom, id)[0] >= 1, "{id}");
    }
    assert!(dom.contains("<pre id=\"plan\">name = \"test\"") && dom.contains("&lt;warm&gt; &amp; up"));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_run_says_so_and_why_the_server_told_nothing() {
    let world = World::start().await;
    let load =
        Load::of(&plan("seconds = 2\narrivals = \"constant\"\nrate = 50", ""), world.address()).arguments(&["--lang", "ja"]);
    let out = load.out.clone();
    let run = load.finish().await;
    assert_eq!(run.code, Some(0), "{}\n{}", run.table, run.errors);
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>\n<html lang=\"ja\">") && page.contains("id=\"ja\" aria-label=\"日本語\" checked>")
    );
    let dom = dom(&out.join("report.html"));
    for text in
        ["class=\"verdict is-good\"", "GOOD: every threshold is kept", "良好", "id=\"server-untold\"", "id=\"no-failures\""]
    {
        assert!(dom.contains(text), "{text}:\n{dom}");
    }
    assert!(!dom.contains("<table id=\"rounds\"") && !dom.contains("id=\"errors\"") && !dom.contains("id=\"parts\""));
    let junit = fs::read_to_string(out.join("junit.xml")).unwrap();
    let target = world.address();
    for text in ["tests=\"5\" failures=\"0\" errors=\"0\"", &format!("<property name=\"target\" value=\"{target}\"/>")] {
        assert!(junit.contains(text), "{text}:\n{junit}");
    }
    world.stop().await;
}
