//! The table of a measurement, for people: in the terminal, and in Markdown.

use shikaku::language::{Bilingual, Language};
use shikaku::wire::Format;
use shikaku_load::report::Grid;

use crate::machine::Machine;
use crate::people::Among;
use crate::pgbench::CLIENTS;
use crate::rounds::{Known, Part};
use crate::stage::Absent;
use crate::watch::Measured;

/// A measurement.
pub struct Table {
    /// The day, in Tokyo.
    pub on: String,
    /// The machine.
    pub machine: Machine,
    /// Programs with their versions.
    pub versions: Vec<(String, String)>,
    /// The settings of PostgreSQL that say what a commit waits for, as it tells them.
    pub durability: String,
    /// The hot people, all who are asked about, and those with cards.
    pub people: [usize; 3],
    /// The rounds that were asked for, and the length of a window in seconds.
    pub rounds: (usize, f64),
    /// Why the sessions of the measured processes could not be raised; nothing if they were.
    pub not_raised: Option<Bilingual>,
    /// What is known of each part.
    pub results: Vec<(Part, Known)>,
}

/// The share of the machine that others may take without a warning.
const MOST_OTHERS: f64 = 0.1;

impl Table {
    /// Returns whether every part was measured in every round, or left out because the machine does not have it.
    pub fn is_whole(&self) -> bool {
        !self.results.is_empty()
            && self.results.iter().all(|(_, known)| match known {
                Known::Measured(rounds) => rounds.len() == self.rounds.0,
                Known::Absent(absent) => matches!(absent, Absent::Skipped(_)),
            })
    }

    /// Writes it for the terminal.
    pub fn text(&self, language: Language) -> String {
        let mut text = self.head(language).join("\n");
        for rows in [self.rows(language), self.against(language)] {
            let mut grid = Grid::default();
            rows.into_iter().for_each(|row| grid.row(row));
            text += &format!("\n\n{}", grid.lines().trim_end());
        }
        for line in self.absent(language).into_iter().chain([self.others(language)]) {
            text += &format!("\n  {line}");
        }
        text.push('\n');
        text
    }

    /// Writes it in Markdown.
    pub fn markdown(&self, language: Language) -> String {
        let mut text = self.head(language).join("  \n");
        for rows in [self.rows(language), self.against(language)] {
            text += "\n";
            for (place, row) in rows.iter().enumerate() {
                text += &format!("\n| {} |", row.join(" | "));
                if place == 0 {
                    text += &format!("\n| --- |{}", " ---: |".repeat(row.len() - 1));
                }
            }
        }
        text += "\n";
        for line in self.absent(language).into_iter().chain([self.others(language)]) {
            text += &format!("\n- {line}");
        }
        text.push('\n');
        text
    }

    fn head(&self, language: Language) -> Vec<String> {
        let Machine { processor, cores, memory, kernel } = &self.machine;
        let (gigabytes, on) = (memory / 1_000_000_000, &self.on);
        let versions: Vec<String> = self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let versions = versions.join(", ");
        let (durability, (rounds, seconds)) = (&self.durability, self.rounds);
        let connections = crate::client::CONNECTIONS;
        match language {
            Language::En => vec![
                format!("{on}: {processor}, {cores} cores, {gigabytes} GB, {kernel}; {versions}."),
                format!(
                    "{rounds} interleaved rounds with windows of {seconds} s; {connections} connections with one request at a time \
                     over mutual TLS; client, server and database on the same machine."
                ),
                format!(
                    "Commits wait for the disk, the same for shikaku and the peers ({durability}); nginx and pgbench write nothing."
                ),
            ],
            Language::Ja => vec![
                format!("{on}: {processor}、{cores}コア、{gigabytes} GB、{kernel}。{versions}。"),
                format!(
                    "{rounds}ラウンドを交互に測定、1回{seconds}秒。相互TLSの{connections}接続で、1接続につき同時1件。クライアント、サーバー、\
                     データベースは同じマシン。"
                ),
                format!(
                    "コミットはディスクへの書き込みを待つ。shikakuと比較対象で同じ（{durability}）。nginxとpgbenchは書き込まない。"
                ),
            ],
        }
    }

    fn rows(&self, language: Language) -> Vec<Vec<String>> {
        let head = match language {
            Language::En => {
                ["", "requests/s", "range", "/ nginx", "range", "client µs", "server µs", "PostgreSQL µs", "server MB"]
            }
            Language::Ja => {
                ["", "件/秒", "範囲", "対nginx", "範囲", "クライアントµs", "サーバーµs", "PostgreSQL µs", "サーバーMB"]
            }
        };
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (part, known) in &self.results {
            let Known::Measured(rounds) = known else { continue };
            let all: Vec<&Measured> = rounds.values().collect();
            let each = |value: fn(&Measured) -> Option<f64>| all.iter().filter_map(|one| value(one)).collect::<Vec<f64>>();
            let (rate, rates) = median_and_range(each(|one| Some(one.rate)), 0);
            let (ratio, ratios) = median_and_range(self.ratios(*part, part.of_nginx()), 2);
            let median = |values, digits| median_and_range(values, digits).0;
            rows.push(vec![
                self.name(*part, language),
                rate,
                rates,
                ratio,
                ratios,
                median(each(|one| Some(one.client)), 0),
                median(each(|one| one.server), 0),
                median(each(|one| one.database), 0),
                median(each(|one| Some(one.memory? as f64 / 1e6)), 0),
            ]);
        }
        rows
    }

    /// Compares the first lookup with pgbench and the peers.
    fn against(&self, language: Language) -> Vec<Vec<String>> {
        let first = self.name(Part::FIRST, language);
        let head = match language {
            Language::En => [format!("{first}, against"), "ratio".to_owned(), "range".to_owned()],
            Language::Ja => [format!("{first}の、次に対する比"), "比".to_owned(), "範囲".to_owned()],
        };
        let mut rows = vec![head.to_vec()];
        for (part, known) in &self.results {
            let compared = matches!(part, Part::Peer(_) | Part::Pgbench(Among::Hot));
            if compared && matches!(known, Known::Measured(_)) {
                let (ratio, range) = median_and_range(self.ratios(Part::FIRST, *part), 2);
                rows.push(vec![self.name(*part, language), ratio, range]);
            }
        }
        rows
    }

    /// Returns how many times as fast a part was as another one, for each round that has both.
    fn ratios(&self, part: Part, other: Part) -> Vec<f64> {
        let measured = |part: Part| {
            let known = self.results.iter().find(|(one, _)| *one == part).map(|(_, known)| known);
            match known {
                Some(Known::Measured(rounds)) => Some(rounds),
                _ => None,
            }
        };
        let (Some(rounds), Some(others)) = (measured(part), measured(other)) else { return Vec::new() };
        rounds.iter().filter_map(|(round, one)| Some(one.rate / others.get(round)?.rate)).collect()
    }

    fn absent(&self, language: Language) -> Vec<String> {
        let mut lines = Vec::new();
        for (part, known) in &self.results {
            let Known::Absent(absent) = known else { continue };
            let name = self.name(*part, language);
            lines.push(match (absent, language) {
                (Absent::Failed(reason), Language::En) => format!("{name}: failed: {reason}"),
                (Absent::Failed(reason), Language::Ja) => format!("{name}: 失敗: {}", reason.text(language)),
                (Absent::Skipped(reason), Language::En) => format!("{name}: skipped: {reason}"),
                (Absent::Skipped(reason), Language::Ja) => format!("{name}: 省略: {}", reason.text(language)),
            });
        }
        if let Some(reason) = &self.not_raised {
            let reason = reason.text(language);
            lines.push(match language {
                Language::En => format!("The sessions of the measured processes have no raised priority: {reason}"),
                Language::Ja => format!("測定するプロセスのセッションの優先度を上げていません: {reason}"),
            });
        }
        lines
    }

    /// Says how much of the machine others took, with a warning if it was much.
    fn others(&self, language: Language) -> String {
        let mut others: Vec<f64> = Vec::new();
        for (_, known) in &self.results {
            if let Known::Measured(rounds) = known {
                others.extend(rounds.values().map(|one| one.others * 100.0));
            }
        }
        let is_much = median_of(&others).is_some_and(|median| median > MOST_OTHERS * 100.0);
        let (median, range) = median_and_range(others, 0);
        match (language, is_much) {
            (Language::En, false) => format!("Others took {median} % of the processors ({range} in a window)."),
            (Language::Ja, false) => format!("ほかのプロセスが使ったプロセッサー: {median} %（各測定で{range}）。"),
            (Language::En, true) => format!(
                "WARNING: others took {median} % of the processors ({range} in a window). Measure again on a machine that is idle."
            ),
            (Language::Ja, true) => format!(
                "警告: ほかのプロセスがプロセッサーの{median} %を使いました（各測定で{range}）。空いているマシンで測り直してください。"
            ),
        }
    }

    fn name(&self, part: Part, language: Language) -> String {
        let [hot, all, cards] = self.people;
        let format = |format| match format {
            Format::Json => "JSON",
            Format::Xml => "XML",
        };
        let among = |among| match (among, language) {
            (Among::Hot, Language::En) => format!("hot {hot}"),
            (Among::All, Language::En) => format!("all {all}"),
            (Among::Hot, Language::Ja) => format!("一部の{hot}人"),
            (Among::All, Language::Ja) => format!("全{all}人"),
        };
        match (part, language) {
            (Part::ByCardNumber(one, people), Language::En) => {
                format!("shikaku by card number, {}, {}", format(one), among(people))
            }
            (Part::ByCardNumber(one, people), Language::Ja) => {
                format!("shikaku 券面の番号、{}、{}", format(one), among(people))
            }
            (Part::ByCard(one), Language::En) => format!("shikaku by card, {}, {cards} cards", format(one)),
            (Part::ByCard(one), Language::Ja) => format!("shikaku マイナンバーカード、{}、{cards}枚", format(one)),
            (Part::Nginx, Language::En) => "nginx, a static file".to_owned(),
            (Part::Nginx, Language::Ja) => "nginx 静的ファイル".to_owned(),
            (Part::Pgbench(people), Language::En) => {
                format!("pgbench -c {CLIENTS}, the lookup's statement, {}", among(people))
            }
            (Part::Pgbench(people), Language::Ja) => format!("pgbench -c {CLIENTS} 照会の文のみ、{}", among(people)),
            (Part::Handshakes, Language::En) => "shikaku, a handshake for each".to_owned(),
            (Part::Handshakes, Language::Ja) => "shikaku 毎回ハンドシェイク".to_owned(),
            (Part::NginxHandshakes, Language::En) => "nginx, a handshake for each".to_owned(),
            (Part::NginxHandshakes, Language::Ja) => "nginx 毎回ハンドシェイク".to_owned(),
            (Part::Peer(peer), _) => peer.made_of().to_owned(),
        }
    }
}

fn median_of(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        even if even % 2 == 0 => Some((values[middle - 1] + values[middle]) / 2.0),
        _ => Some(values[middle]),
    }
}

/// Returns the median and the least and the most, as texts; `-` if there are none.
fn median_and_range(values: Vec<f64>, digits: usize) -> (String, String) {
    let Some(median) = median_of(&values) else { return ("-".to_owned(), "-".to_owned()) };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (format!("{median:.digits$}"), format!("{least:.digits$}–{most:.digits$}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::peers::Peer;

    fn measured(rates: [f64; 3], others: f64) -> Known {
        let one =
            |rate| Measured { rate, client: 20.0, server: Some(30.0), database: None, memory: Some(25_000_000), others };
        Known::Measured(BTreeMap::from_iter((0..3).zip(rates.map(one))))
    }

    fn table(results: Vec<(Part, Known)>) -> Table {
        let machine =
            Machine { processor: "CPU".to_owned(), cores: 2, memory: 24_000_000_000, kernel: "Linux 6".to_owned() };
        Table {
            on: "2026-11-30".to_owned(),
            machine,
            versions: vec![("nginx".to_owned(), "1.22".to_owned())],
            durability: "fsync = on".to_owned(),
            people: [10_000, 600_000, 500],
            rounds: (3, 3.0),
            not_raised: None,
            results,
        }
    }

    #[test]
    fn ratios_are_those_of_the_same_round() {
        // Each round halves or doubles everything: the ratio stays 0.5, whatever the medians say.
        let table = table(vec![
            (Part::Nginx, measured([100.0, 400.0, 50.0], 0.02)),
            (Part::FIRST, measured([50.0, 200.0, 25.0], 0.04)),
            (Part::Peer(Peer::Go), measured([10.0, 20.0, 12.5], 0.04)),
        ]);
        let text = table.text(Language::En);
        let row = |begin: &str| {
            let line = text.lines().find(|line| line.trim_start().starts_with(begin)).unwrap();
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let first = "shikaku by card number, JSON, hot 10000";
        assert_eq!(row(first), [first, "50", "25–200", "0.50", "0.50–0.50", "20", "30", "-", "25"]);
        assert_eq!(row("nginx, a static file")[3], "1.00");
        assert_eq!(
            text.lines().filter(|line| line.contains("Go net/http + pgx")).nth(1).unwrap().split_whitespace().last(),
            Some("2.00–10.00")
        );
        assert!(text.contains("Others took 4 % of the processors (2–4 in a window)."), "{text}");
        assert!(table.is_whole());
    }

    #[test]
    fn what_is_missing_is_named_and_a_failure_is_not_whole() {
        let skipped = Known::Absent(Absent::Skipped(("no node", "nodeなし").into()));
        let failed = Known::Absent(Absent::Failed(("broke", "故障").into()));
        let with = |more: Known| table(vec![(Part::FIRST, measured([1.0; 3], 0.2)), (Part::Peer(Peer::Node), more)]);
        let text = with(skipped.clone()).markdown(Language::En);
        assert!(
            text.contains("\n- Node Fastify + pg: skipped: no node\n") && text.contains("- WARNING: others took 20 %"),
            "{text}"
        );
        assert!(
            text.contains("\n| shikaku by card number, JSON, hot 10000 | 1 | 1–1 | - | - | 20 | 30 | - | 25 |\n"),
            "{text}"
        );
        let japanese = with(failed.clone()).text(Language::Ja);
        assert!(japanese.contains("Node Fastify + pg: 失敗: 故障") && japanese.contains("件/秒"), "{japanese}");
        assert!(with(skipped).is_whole() && !with(failed).is_whole());
        assert!(!Table { rounds: (4, 3.0), ..with(measured([1.0; 3], 0.0)) }.is_whole());
    }
}
