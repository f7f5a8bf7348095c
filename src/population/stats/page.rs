//! Shows statistics as one page of HTML that needs nothing else: no network, no script.

use std::fmt::Write;

use crate::domain::grouped;
use crate::language::Language;

use super::page_style::{COLOURS, STYLE};
use super::report::Report;
use super::section::{Row, Section, Verdict};
use super::table::percent;

/// Renders the statistics as a page.
#[must_use]
pub fn page(report: &Report, language: Language) -> String {
    let mut html = String::new();
    // Writing to a text cannot fail.
    let _ = write(&mut html, report, language);
    html
}

/// Chooses the text of a language.
fn said<'a>(language: Language, english: &'a str, japanese: &'a str) -> &'a str {
    match language {
        Language::En => english,
        Language::Ja => japanese,
    }
}

fn write(html: &mut String, report: &Report, language: Language) -> std::fmt::Result {
    let title = said(language, "A synthetic population", "架空の人々の統計");
    let lang = said(language, "en", "ja");
    writeln!(html, "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>")?;
    writeln!(html, "<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>")?;
    let (people, deceased, on) = (grouped(report.people), grouped(report.deceased), report.on);
    let summary = match language {
        Language::En => format!("{people} people on {on}. {deceased} more died before. Nobody of them exists."),
        Language::Ja => format!("{on}の時点で{people}人。ほかに死亡した人が{deceased}人。実在の人はいません。"),
    };
    writeln!(html, "<p>{summary}</p>")?;
    let outside = report.outside();
    let verdict = match (language, outside) {
        (Language::En, 0) => "Every share is within the tolerance of the profile.".to_owned(),
        (Language::En, many) => format!("Shares outside of the tolerance of the profile: {many}."),
        (Language::Ja, 0) => "すべての割合が、割合のファイルの許容差に収まっています。".to_owned(),
        (Language::Ja, many) => format!("割合のファイルの許容差に収まらない割合: {many}件。"),
    };
    writeln!(html, "<p class=\"{}\">{verdict}</p>", if outside == 0 { "good" } else { "bad" })?;
    let sample = "<span class=\"track sample\"><i class=\"band\" style=\"left:35%;width:45%\"></i><i class=\"bar\" \
                  style=\"width:50%\"></i><i class=\"want\" style=\"left:57%\"></i></span>";
    let key = said(
        language,
        "the bar is what was found, the line the target, the area around it the tolerance. Small populations may be off by chance \
         as well.",
        "棒が実際の割合、線が目標、その周りが許容差です。人数が少ないと、偶然でも目標から離れます。",
    );
    writeln!(html, "<p class=\"quiet\">{sample}{key}</p>")?;
    ages(html, report, language)?;
    writeln!(html, "<div class=\"cards\">")?;
    for part in &report.sections {
        section(html, part, language)?;
    }
    writeln!(html, "</div>\n</main>\n</body>\n</html>")
}

#[expect(clippy::cast_precision_loss, reason = "widths of bars need not be exact")]
fn percentage(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn ages(html: &mut String, report: &Report, language: Language) -> std::fmt::Result {
    let title = said(language, "Ages by scheme", "制度別の年齢");
    writeln!(html, "<section class=\"wide ages-by-scheme\">\n<h2>{title}</h2>\n<div class=\"key\">")?;
    for (name, colour) in report.columns.iter().zip(COLOURS) {
        writeln!(html, "<span><i style=\"background:{colour}\"></i>{}</span>", escaped(name.text(language)))?;
    }
    writeln!(html, "</div>\n<div class=\"ages\">")?;
    let most = report.ages.iter().map(|band| band.columns.iter().sum::<u64>()).max().unwrap_or_default();
    for band in report.ages.iter().rev() {
        let years = match (band.through, language) {
            (Some(through), Language::En) => format!("{}–{through}", band.from),
            (Some(through), Language::Ja) => format!("{}〜{through}歳", band.from),
            (None, Language::En) => format!("{} +", band.from),
            (None, Language::Ja) => format!("{}歳以上", band.from),
        };
        let sum: u64 = band.columns.iter().sum();
        write!(html, "<div class=\"age\"><b>{years}</b><div class=\"stack\">")?;
        for ((count, colour), name) in band.columns.iter().zip(COLOURS).zip(&report.columns) {
            if *count > 0 {
                let (width, name) = (percentage(*count, most), escaped(name.text(language)));
                let count = grouped(*count);
                write!(html, "<i style=\"width:{width:.2}%;background:{colour}\" title=\"{name}: {count}\"></i>")?;
            }
        }
        writeln!(html, "</div><b>{}</b></div>", grouped(sum))?;
    }
    writeln!(html, "</div>\n</section>")
}

fn section(html: &mut String, section: &Section, language: Language) -> std::fmt::Result {
    let (title, of) = (section.title.text(language), section.whole_text(language));
    writeln!(html, "<section>\n<h2>{}</h2>\n<p class=\"quiet\">{}</p>", escaped(title), escaped(&of))?;
    if section.whole == 0 {
        let none = said(language, "None are there.", "該当する人はいません。");
        return writeln!(html, "<p class=\"quiet\">{none}</p>\n</section>");
    }
    // The longest bar or tolerance fills the width.
    let reach = |row: &Row| row.target.map_or(0.0, |target| target.share + target.tolerance).max(row.share(section.whole));
    let most = section.rows.iter().map(reach).fold(1.0, f64::max);
    writeln!(html, "<div class=\"rows\">")?;
    for part in &section.rows {
        row(html, part, section.whole, most, language)?;
    }
    writeln!(html, "</div>\n</section>")
}

fn row(html: &mut String, row: &Row, whole: u64, most: f64, language: Language) -> std::fmt::Result {
    let share = row.share(whole);
    let scaled = |thousandths: f64| (thousandths * 100.0 / most).clamp(0.0, 100.0);
    let outside = row.verdict(whole) == Some(Verdict::Outside);
    let (name, count) = (escaped(row.name.text(language)), grouped(row.count));
    write!(html, "<div class=\"row{}\">", if outside { " outside" } else { "" })?;
    write!(html, "<span class=\"name\">{name}</span><span class=\"share\">{}</span>", percent(share))?;
    write!(html, "<div class=\"track\">")?;
    if let Some(target) = row.target {
        let (from, through) = (scaled(target.share - target.tolerance), scaled(target.share + target.tolerance));
        write!(html, "<i class=\"band\" style=\"left:{from:.2}%;width:{:.2}%\"></i>", through - from)?;
    }
    write!(html, "<i class=\"bar\" style=\"width:{:.2}%\"></i>", scaled(share))?;
    if let Some(target) = row.target {
        write!(html, "<i class=\"want\" style=\"left:{:.2}%\"></i>", scaled(target.share))?;
    }
    write!(html, "</div><span class=\"note\"><span>{count}</span>")?;
    if let Some(target) = row.target {
        let (wanted, tolerance) = (percent(target.share), target.tolerance / 10.0);
        let text = match (language, outside) {
            (Language::En, false) => format!("target {wanted} ± {tolerance:.1}"),
            (Language::En, true) => format!("outside of the target, {wanted} ± {tolerance:.1}"),
            (Language::Ja, false) => format!("目標 {wanted} ± {tolerance:.1}"),
            (Language::Ja, true) => format!("目標 {wanted} ± {tolerance:.1} の外"),
        };
        write!(html, "<span{}>{text}</span>", if outside { " class=\"bad\"" } else { "" })?;
    }
    writeln!(html, "</span></div>")
}

/// Escapes what HTML would read as markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
