//! Shows statistics as text, aligned whatever the width of the characters.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::domain::grouped;
use crate::language::Language;

use super::report::Report;
use super::section::{Row, Section, Target, Verdict};

/// Renders the statistics as a table. A share outside of its tolerance is marked.
#[must_use]
pub fn table(report: &Report, language: Language) -> String {
    let Report { on, people, deceased, .. } = report;
    let (people, deceased) = (grouped(*people), grouped(*deceased));
    let mut text = match language {
        Language::En => format!("{people} people on {on}; {deceased} more died before\n"),
        Language::Ja => format!("{on}の時点で{people}人（ほかに死亡した人が{deceased}人）\n"),
    };
    for section in &report.sections {
        render(&mut text, section, language);
    }
    let outside = report.outside();
    text.push('\n');
    text.push_str(&match (language, outside) {
        (Language::En, 0) => "every share is within its tolerance\n".to_owned(),
        (Language::En, many) => format!("{many} outside of their tolerance, marked *\n"),
        (Language::Ja, 0) => "すべての割合が許容差に収まっています\n".to_owned(),
        (Language::Ja, many) => format!("許容差に収まらない割合: {many}件（*）\n"),
    });
    text
}

fn render(text: &mut String, section: &Section, language: Language) {
    let rows: Vec<[String; 4]> = section.rows.iter().map(|row| cells(row, section.whole, language)).collect();
    let widths: [usize; 4] = [0, 1, 2, 3].map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or_default());
    text.push_str(&format!("\n{}: {}\n", section.title.text(language), section.whole_text(language)));
    for [name, count, share, target] in &rows {
        let gaps = [widths[0] - name.width(), widths[1] - count.width(), widths[2] - share.width()];
        let line = format!(
            "  {name}{:a$}  {:b$}{count}  {:c$}{share}  {target}",
            "",
            "",
            "",
            a = gaps[0],
            b = gaps[1],
            c = gaps[2]
        );
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn cells(row: &Row, whole: u64, language: Language) -> [String; 4] {
    let target = row.target.map_or_else(String::new, |target| target_text(row, whole, target, language));
    [row.name.text(language).to_owned(), grouped(row.count), percent(row.share(whole)), target]
}

fn target_text(row: &Row, whole: u64, target: Target, language: Language) -> String {
    let mark = if row.verdict(whole) == Some(Verdict::Outside) { " *" } else { "" };
    let (share, tolerance) = (percent(target.share), format!("{:.1}", target.tolerance / 10.0));
    match language {
        Language::En => format!("target {share} ± {tolerance}{mark}"),
        Language::Ja => format!("目標 {share} ± {tolerance}{mark}"),
    }
}

/// Writes thousandths as a percentage with one decimal.
pub(super) fn percent(thousandths: f64) -> String {
    format!("{:.1} %", thousandths / 10.0)
}
