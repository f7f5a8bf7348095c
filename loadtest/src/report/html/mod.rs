//! A report as one page of HTML that needs nothing else: no network, no script, no font. It has both languages.

mod chart;
mod curve;
mod over_time;
mod scale;
mod server;
mod style;
mod tables;
mod terms;
mod words;

use jiff::tz::Offset;
use shikaku::domain::grouped;
use shikaku::language::{Bilingual, Language};

use self::chart::named;
use self::over_time::{Time, ms};
use self::style::STYLE;
use self::words::{both, number, say};
use super::{Report, milliseconds, per_second};
use crate::run::End;

pub(super) use self::words::escaped;

/// Hours by which Japan is before UTC.
const JAPAN: i8 = 9;

impl Report {
    /// Writes the page, which shows one language first and the other on demand.
    #[must_use]
    pub fn page(&self, language: Language) -> String {
        let (lang, english, japanese) = match language {
            Language::En => ("en", " checked", ""),
            Language::Ja => ("ja", "", " checked"),
        };
        let name = escaped(&self.plan.name);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<title>{name} · shikaku-load</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n"
        );
        // They stand before all that they switch, so that no script is needed.
        for (id, checked, name) in [("en", english, "English"), ("ja", japanese, "日本語")] {
            html += &format!(
                "<input type=\"radio\" class=\"switch\" name=\"language\" id=\"{id}\" aria-label=\"{name}\"{checked}>\n"
            );
        }
        html += "<main>\n<div class=\"languages\"><label for=\"en\" aria-hidden=\"true\">English</label><label for=\"ja\" \
                 aria-hidden=\"true\">日本語</label></div>\n";
        html += &self.title();
        html += &self.verdict();
        html += &self.tiles();
        html += &tables::thresholds(self);
        html += &self.charts();
        html += &tables::times(self);
        html += &tables::stages(self);
        html += &tables::rounds(self);
        html += &tables::mix(self);
        html += &tables::failures(self);
        html += &tables::wrong(self);
        html += &terms::section();
        html += &format!(
            "<div>\n<input type=\"checkbox\" class=\"switch\" id=\"plan-shown\"><label class=\"fold\" for=\"plan-shown\">{}</label>\n\
             <pre id=\"plan\">{}</pre>\n</div>\n",
            say("Show or hide the plan", "計画を表示／非表示"),
            escaped(&self.plan_text)
        );
        html + "</main>\n</body>\n</html>\n"
    }

    fn title(&self) -> String {
        let began = self.findings.began_at;
        let japan = Offset::constant(JAPAN).to_datetime(began);
        let (name, target) = (&self.plan.name, &self.target);
        let title = named(format!("Load test {name} against {target}"), format!("負荷試験 {name} → {target}"));
        let when = named(
            format!("Began at {}.", began.strftime("%Y-%m-%d %H:%M:%S UTC")),
            format!("開始 {}（日本時間）。", japan.strftime("%Y年%-m月%-d日 %-H:%M:%S")),
        );
        let conditions = named(self.conditions(Language::En), self.conditions(Language::Ja));
        format!("<h1>{}</h1>\n<p class=\"quiet\">{} {}</p>\n", both(&title), both(&when), both(&conditions))
    }

    /// The verdict: words, colour and symbol, and what it rests on in one or two sentences.
    fn verdict(&self) -> String {
        let (class, symbol) = match self.findings.end {
            End::Stopped | End::Silent => ("stopped", "■"),
            End::Done if self.is_behind() => ("behind", "⚠"),
            End::Done if self.is_good() => ("good", "✔"),
            End::Done => ("missed", "✖"),
        };
        let outcome = match (self.findings.end, self.is_behind(), self.is_good()) {
            (End::Done, false, false) => self.missed(),
            _ => self.outcome(),
        };
        let mut html = format!(
            "<div class=\"verdict is-{class}\" id=\"verdict\"><span class=\"symbol\" aria-hidden=\"true\">{symbol}</span><div><strong>{}\
             </strong>\n",
            both(&outcome)
        );
        html += &format!("<p>{}</p>\n", both(&self.sentence()));
        if let Some(knee) = &self.knee {
            html += &format!("<p id=\"knee\">{}</p>\n", both(&self.knee_words(knee)));
        }
        html + "</div></div>\n"
    }

    /// Names the thresholds that were missed.
    fn missed(&self) -> Bilingual {
        let of = |language, between: &str| {
            let missed = self.verdicts.iter().filter(|verdict| !verdict.met);
            missed.map(|verdict| verdict.what.text(language).to_owned()).collect::<Vec<_>>().join(between)
        };
        named(format!("MISSED: {}", of(Language::En, "; ")), format!("未達: {}", of(Language::Ja, "、")))
    }

    /// Says in a sentence what was asked and what came.
    fn sentence(&self) -> Bilingual {
        let measured = &self.measured;
        let (due, answered, wrong) = (grouped(measured.due), grouped(measured.answered), grouped(measured.wrong));
        if measured.corrected.count() == 0 {
            return named(
                format!("{due} requests were due in the stages that count, and none was answered."),
                format!("測定のステージで{due}件の照会を送る予定でしたが、回答はありませんでした。"),
            );
        }
        let (p50, p99) = (ms(milliseconds(measured.corrected.at(0.5))), ms(milliseconds(measured.corrected.at(0.99))));
        named(
            format!(
                "Of {due} requests, {answered} were answered, {wrong} of them wrongly. Half of them took at most {p50} from the moment \
                 at which they were due, 99 of 100 at most {p99}."
            ),
            format!(
                "{due}件の照会のうち{answered}件に回答があり、そのうち誤りは{wrong}件。送るべき時刻から数えて、半数は{p50}以内、100件のうち\
                 99件は{p99}以内に終わりました。"
            ),
        )
    }

    /// The figures that are looked for first.
    fn tiles(&self) -> String {
        let measured = &self.measured;
        let time = |part: f64| match measured.corrected.count() {
            0 => "-".to_owned(),
            _ => ms(milliseconds(measured.corrected.at(part))),
        };
        let achieved = per_second(measured.answered, measured.answering()).map_or_else(|| "-".to_owned(), number);
        let asked = per_second(measured.due, measured.lasted).filter(|_| self.is_open());
        let of_asked: Bilingual = match asked.map(number) {
            Some(asked) => named(format!("answers a second, of {asked} asked"), format!("1秒あたりの回答（目標{asked}）")),
            None => named("answers a second", "1秒あたりの回答"),
        };
        let tiles = [
            ("p50", time(0.5), named("half of the requests are faster (p50)", "半数の照会はこれより速い（p50）")),
            ("p99", time(0.99), named("99 of 100 are faster (p99)", "100件中99件はこれより速い（p99）")),
            ("achieved", achieved, of_asked),
            ("unanswered", grouped(measured.unanswered()), named("requests without an answer", "回答のない照会")),
            ("wrong-answers", grouped(measured.wrong), named("wrong answers", "誤った回答")),
        ];
        let mut html = "<div class=\"tiles\">\n".to_owned();
        for (id, value, what) in tiles {
            html += &format!(
                "<div class=\"tile\" id=\"tile-{id}\"><b>{value}</b><span class=\"quiet\">{}</span></div>\n",
                both(&what)
            );
        }
        html + "</div>\n"
    }

    fn charts(&self) -> String {
        let mut html = format!("<h2>{}</h2>\n", say("Charts", "図"));
        if self.findings.series.points.is_empty() {
            let none = say("Nothing was sent, so there is nothing to draw.", "何も送られていないため、図はありません。");
            return html + &format!("<p id=\"no-charts\">{none}</p>\n");
        }
        let time = Time::of(self);
        html += "<div class=\"charts\">\n";
        html += &time.latency(self).figure();
        html += &curve::percentiles(self).map(|chart| chart.figure()).unwrap_or_default();
        html += &time.rate(self).figure();
        html += &time.lateness(self).figure();
        html += &time.errors(self).map(|chart| chart.figure()).unwrap_or_default();
        html += &curve::parts(self).unwrap_or_default();
        html += "</div>\n";
        html + &server::section(self, &time)
    }
}
