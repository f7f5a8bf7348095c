//! A report as a table for people.

use shikaku::language::{Bilingual, Language};
use shikaku::terminal::{HttpVersion, TlsVersions};

use super::grid::Grid;
use super::{Report, milliseconds, per_second};
use crate::plan::{ConnectionPolicy, Quantile};
use crate::run::{CardFigures, End, Knee, Tally, Times};

const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

impl Report {
    /// Writes the report for people; with what was missed in red if `colour`.
    #[must_use]
    pub fn table(&self, language: Language, colour: bool) -> String {
        let say = |english: &str, japanese: &str| match language {
            Language::En => english.to_owned(),
            Language::Ja => japanese.to_owned(),
        };
        let mut text = self.head(language);
        text += &format!("\n{}\n{}", say("stages", "ステージ"), self.stages(language).lines());
        let left_out = self.plan.stages.len() - self.stages_begun().count();
        if left_out > 0 {
            text += &say(
                &format!("  {left_out} more stages were not begun\n"),
                &format!("  ほかに{left_out}ステージは未実行\n"),
            );
        }
        if self.plan.stages.iter().any(|stage| stage.warm_up) {
            text += &say("  * warm-up, which counts for nothing\n", "  * ウォームアップ。測定には含まない\n");
        }
        text += &format!("\n{}\n{}", say("times in ms", "時間（ミリ秒）"), self.times(language).lines());
        if self.plan.mix.entries().len() > 1 {
            let head = say("the mix: times in ms from the due time", "内訳: 送るべき時刻からの時間（ミリ秒）");
            text += &format!("\n{head}\n{}", self.mix(language).lines());
        }
        if self.plan.mix.shows_cards() {
            text += &format!("\n{}\n", self.cards().text(language));
        }
        if self.rounds.len() > 1 {
            let head = say("rounds: times in ms from the due time", "ラウンド: 送るべき時刻からの時間（ミリ秒）");
            text += &format!("\n{head}\n{}", self.by_round(language).lines());
        }
        if !self.measured.failures.is_empty() || self.measured.unsent + self.measured.cut_off > 0 {
            text += &format!("\n{}\n{}", say("without an answer", "回答のないもの"), self.failures(language).lines());
        }
        if !self.findings.wrong.is_empty() {
            text += &format!("\n{}\n{}", self.wrong_head(language), self.wrong(language));
        }
        if let Some(knee) = &self.knee {
            text += &format!("\n{}\n", self.knee_words(knee).text(language));
        }
        text += &format!("\n{}\n{}", say("thresholds", "しきい値"), self.judged(language, colour));
        text += &format!("\n{}\n", self.end(language, colour));
        text
    }

    fn head(&self, language: Language) -> String {
        let (name, target, conditions) = (&self.plan.name, &self.target, self.conditions(language));
        match language {
            Language::En => format!("{name} against {target}\n  {conditions}\n"),
            Language::Ja => format!("{name} → {target}\n  {conditions}\n"),
        }
    }

    /// Says who asked, how, and about how many people.
    pub(super) fn conditions(&self, language: Language) -> String {
        let identities = &self.plan.identities;
        let policy: Bilingual = match identities.policy {
            ConnectionPolicy::KeptAlive => ("connections kept alive", "接続は維持").into(),
            ConnectionPolicy::NewForEach => ("a new connection for each request", "接続は照会ごとに新規").into(),
            ConnectionPolicy::NeverClosed => ("new connections, never closed", "接続は新規、閉じない").into(),
        };
        let tls = match identities.protocols.tls {
            TlsVersions::Both => "TLS 1.2/1.3",
            TlsVersions::Only12 => "TLS 1.2",
            TlsVersions::Only13 => "TLS 1.3",
        };
        let http = match identities.protocols.http {
            HttpVersion::Http1 => "HTTP/1.1",
            HttpVersion::Http2 => "HTTP/2",
        };
        let (terminals, each, policy, people) =
            (identities.terminals, identities.connections, policy.text(language), self.people);
        match language {
            Language::En => {
                format!("{terminals} terminals with {each} at once each, {policy}, {tls}, {http}; {people} people")
            }
            Language::Ja => format!("端末{terminals}台、1台につき同時{each}件、{policy}、{tls}、{http}。対象{people}人"),
        }
    }

    fn stages(&self, language: Language) -> Grid {
        let mut grid = Grid::default();
        let head = match language {
            Language::En => ["", "asked/s", "achieved/s", "due", "answered", "failed", "not sent", "cut off", "wrong"],
            Language::Ja => ["", "目標/秒", "達成/秒", "予定", "回答", "失敗", "未送信", "打ち切り", "誤り"],
        };
        grid.row(head.map(str::to_owned));
        for (stage, tally) in self.stages_begun() {
            let name = format!("{}{}", stage.name, if stage.warm_up { " *" } else { "" });
            grid.row(stage_row(name, stage.arrivals.mean().is_some(), tally));
        }
        let all = match language {
            Language::En => "all that count",
            Language::Ja => "測定の合計",
        };
        grid.row(stage_row(all.to_owned(), self.is_open(), &self.measured));
        grid
    }

    fn times(&self, language: Language) -> Grid {
        let mut grid = Grid::default();
        let mut head = vec![String::new()];
        head.extend(Quantile::ALL.map(|quantile| match (quantile, language) {
            (Quantile::Max, Language::Ja) => "最大".to_owned(),
            _ => quantile.name().to_owned(),
        }));
        grid.row(head);
        let rows: [(Bilingual, &Times); 4] = [
            (("from the due time (corrected)", "送るべき時刻から（補正あり）").into(), &self.measured.corrected),
            (("from the sending (uncorrected)", "送信から（補正なし）").into(), &self.measured.uncorrected),
            (("handshake", "ハンドシェイク").into(), &self.measured.handshakes),
            (("sender late", "送信側の遅れ").into(), &self.measured.late),
        ];
        for (name, times) in rows {
            let mut row = vec![name.text(language).to_owned()];
            row.extend(Quantile::ALL.map(|quantile| match times.count() {
                0 => "-".to_owned(),
                _ => format!("{:.2}", milliseconds(times.at(quantile.part()))),
            }));
            grid.row(row);
        }
        grid
    }

    fn mix(&self, language: Language) -> Grid {
        let mut grid = Grid::default();
        grid.row(
            match language {
                Language::En => ["", "answered", "failed", "wrong", "people", "p50", "p99", "max"],
                Language::Ja => ["", "回答", "失敗", "誤り", "人数", "p50", "p99", "最大"],
            }
            .map(str::to_owned),
        );
        for (part, tally) in self.plan.mix.entries().iter().zip(&self.findings.parts) {
            let counts = [tally.answered, tally.failed(), tally.wrong, tally.people].map(|count| count.to_string());
            let row = [vec![part.scenario.words()], counts.to_vec(), quantiles(&tally.corrected)].concat();
            grid.row(row);
        }
        grid
    }

    /// Says what cards cost beside the questions.
    fn cards(&self) -> Bilingual {
        let CardFigures { challenges, failed, unready } = self.findings.cards;
        (
            format!("cards: {challenges} challenges taken, {failed} not to be had; {unready} questions found none signed"),
            format!(
                "カード: 取得したチャレンジ{challenges}件、取得できず{failed}件。署名済みのものがなかった照会{unready}件"
            ),
        )
            .into()
    }

    fn by_round(&self, language: Language) -> Grid {
        let mut grid = Grid::default();
        grid.row(
            match language {
                Language::En => ["", "answered", "failed", "wrong", "achieved/s", "p50", "p99", "max"],
                Language::Ja => ["", "回答", "失敗", "誤り", "達成/秒", "p50", "p99", "最大"],
            }
            .map(str::to_owned),
        );
        for (number, tally) in self.rounds.iter().enumerate() {
            let counts = [tally.answered, tally.failed(), tally.wrong].map(|count| count.to_string());
            let rate = per_second(tally.answered, tally.answering());
            let rate = rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
            grid.row([vec![(number + 1).to_string()], counts.to_vec(), vec![rate], quantiles(&tally.corrected)].concat());
        }
        grid
    }

    /// Names the knee.
    pub(super) fn knee_words(&self, knee: &Knee) -> Bilingual {
        let missed = |language| {
            let missed = knee.broken.iter().flat_map(|(_, _, missed)| missed);
            missed.map(|one| one.words().text(language).to_owned()).collect::<Vec<_>>().join(", ")
        };
        let (why, why_japanese) = (missed(Language::En), missed(Language::Ja));
        match (knee.kept, &knee.broken) {
            (Some((_, kept)), Some((_, broken, _))) => (
                format!("knee: {kept:.0} requests a second are kept, {broken:.0} are not ({why})"),
                format!("限界点: 毎秒{kept:.0}件までは保ち、{broken:.0}件では保てない（{why_japanese}）"),
            ),
            (Some((_, kept)), None) => (
                format!("knee: none up to {kept:.0} requests a second; every stage was kept"),
                format!("限界点: 毎秒{kept:.0}件までは現れず、すべてのステージで保った"),
            ),
            (None, Some((_, broken, _))) => (
                format!("knee: below {broken:.0} requests a second, the lowest rate of the plan ({why})"),
                format!("限界点: 計画の最も低い頻度である毎秒{broken:.0}件を下回る（{why_japanese}）"),
            ),
            (None, None) => ("knee: no stage was run".to_owned(), "限界点: ステージが実行されていない".to_owned()),
        }
        .into()
    }

    fn failures(&self, language: Language) -> Grid {
        let mut grid = Grid::default();
        let tally = &self.measured;
        for (failure, count) in &tally.failures {
            grid.row([failure.words().text(language).to_owned(), count.to_string()]);
        }
        let others: [(Bilingual, u64); 2] = [
            (("not sent: as many as may wait were waiting", "未送信: 待てる件数の上限に達していた").into(), tally.unsent),
            (("cut off at the end of the run", "実行の終わりに打ち切り").into(), tally.cut_off),
        ];
        for (what, count) in others.into_iter().filter(|(_, count)| *count > 0) {
            grid.row([what.text(language).to_owned(), count.to_string()]);
        }
        grid
    }

    fn wrong_head(&self, language: Language) -> String {
        let (wrong, compared, shown) = (self.measured.wrong, self.measured.compared, self.findings.wrong.len());
        match language {
            Language::En => {
                format!("wrong answers: {wrong} of {compared} compared in the stages that count; the first {shown} of all")
            }
            Language::Ja => {
                format!("誤った回答: 測定のステージで比較した{compared}件のうち{wrong}件。全体の最初の{shown}件")
            }
        }
    }

    fn wrong(&self, language: Language) -> String {
        let none = match language {
            Language::En => "nothing",
            Language::Ja => "なし",
        };
        let shown = |text: &Option<String>| text.as_ref().map_or_else(|| none.to_owned(), |text| format!("\"{text}\""));
        let mut text = String::new();
        for answer in &self.findings.wrong {
            let stage = &self.plan.stages[answer.stage % self.plan.stages.len()].name;
            text += &format!("  {} ({stage})\n", answer.person);
            for difference in &answer.differences {
                let (element, expected, found) =
                    (&difference.element, shown(&difference.expected), shown(&difference.found));
                text += &match language {
                    Language::En => format!("    {element}: expected {expected}, found {found}\n"),
                    Language::Ja => format!("    {element}: 期待値 {expected}、回答 {found}\n"),
                };
            }
        }
        text
    }

    fn judged(&self, language: Language, colour: bool) -> String {
        let mut grid = Grid::default();
        for verdict in &self.verdicts {
            let word = match (verdict.met, language) {
                (true, Language::En) => "kept",
                (true, Language::Ja) => "達成",
                (false, Language::En) => "MISSED",
                (false, Language::Ja) => "未達",
            };
            let what = verdict.what.text(language).to_owned();
            grid.row([what, verdict.limit.clone(), verdict.found.clone(), word.to_owned()]);
        }
        let lines = grid.lines();
        let painted = lines.lines().zip(&self.verdicts).map(|(line, verdict)| match verdict.met || !colour {
            true => format!("{line}\n"),
            false => format!("{RED}{line}{PLAIN}\n"),
        });
        painted.collect()
    }

    fn end(&self, language: Language, colour: bool) -> String {
        let words = self.outcome();
        let words = words.text(language);
        if colour && !self.is_good() { format!("{RED}{words}{PLAIN}") } else { words.to_owned() }
    }

    /// Says in a sentence how the run went.
    pub(super) fn outcome(&self) -> Bilingual {
        match self.findings.end {
            End::Silent => (
                "STOPPED: the server gave no answer any more; the figures are those until then",
                "中断: サーバーが応答しなくなりました。数値はそれまでのものです",
            )
                .into(),
            End::Stopped => (
                "STOPPED on request; the figures are those until then",
                "中断: 要求により停止しました。数値はそれまでのものです",
            )
                .into(),
            End::Done if self.is_behind() => (
                "MISSED: the sender fell behind, so these figures measure the sender, not the server",
                "未達: 送信側が予定に遅れました。この数値はサーバーではなく送信側を測ったものです",
            )
                .into(),
            End::Done if self.is_good() => ("GOOD: every threshold is kept", "良好: すべてのしきい値を達成しました").into(),
            End::Done => ("MISSED: see the thresholds", "未達: しきい値を見てください").into(),
        }
    }
}

/// Writes the median, the 99th percentile and the longest time.
fn quantiles(times: &Times) -> Vec<String> {
    let shown = |quantile: Quantile| match times.count() {
        0 => "-".to_owned(),
        _ => format!("{:.2}", milliseconds(times.at(quantile.part()))),
    };
    [Quantile::P50, Quantile::P99, Quantile::Max].map(shown).to_vec()
}

fn stage_row(name: String, open: bool, tally: &Tally) -> [String; 9] {
    let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
    let asked = if open { per_second(tally.due, tally.lasted) } else { None };
    let achieved = per_second(tally.answered, tally.answering());
    let counts = [tally.due, tally.answered, tally.failed(), tally.unsent, tally.cut_off, tally.wrong];
    let [due, answered, failed, unsent, cut_off, wrong] = counts.map(|count| count.to_string());
    [name, rate(asked), rate(achieved), due, answered, failed, unsent, cut_off, wrong]
}
