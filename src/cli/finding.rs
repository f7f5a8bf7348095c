//! Words a contradiction between a registration and the law.

use jiff::civil::Date;

use crate::language::Language;

/// The parts of a finding about a registration that contradicts the law.
pub(super) struct Words<'a> {
    pub registered: &'a str,
    /// The registration's id, if it has one, and the insurer that made it.
    pub record: Option<(i64, &'a str)>,
    pub from: Date,
    pub through: Date,
    /// Whether `through` is only the last day that was judged.
    pub open: bool,
    /// Whether it only looks like a contradiction.
    pub soft: bool,
    pub rule: &'a str,
    pub source: &'a str,
    pub effective_on: Option<Date>,
    pub law: &'a str,
}

/// Renders one finding in a few lines.
pub(super) fn text(words: &Words<'_>, language: Language) -> String {
    let Words { registered, from, through, rule, source, law, .. } = words;
    let japanese = language == Language::Ja;
    let days = match (japanese, words.open) {
        (true, true) => format!("（{from}から、喪失の登録なし）"),
        (true, false) => format!("（{from}〜{through}）"),
        (false, true) => format!(" since {from} (no loss registered)"),
        (false, false) => format!(" from {from} through {through}"),
    };
    let mut lines = vec![match (japanese, words.soft) {
        (true, false) => format!("指摘: {registered}{days}は規則に合わない"),
        (true, true) => format!("要確認: {registered}{days}は規則に合わない可能性がある"),
        (false, false) => format!("finding: {registered}{days} does not fit the rule"),
        (false, true) => format!("soft finding: {registered}{days} may not fit the rule"),
    }];
    lines.push((*law).to_owned());
    lines.extend(words.record.map(|(id, insurer)| match japanese {
        true => format!("登録: {id} ({insurer})"),
        false => format!("record: {id} ({insurer})"),
    }));
    lines.push(match japanese {
        true => format!("規則: {rule} [{source}]{}", since(words.effective_on, language)),
        false => format!("rule: {rule} [{source}]{}", since(words.effective_on, language)),
    });
    lines.join("\n    ")
}

/// Says since when a rule has been as it is; empty if that is not known.
pub(super) fn since(effective_on: Option<Date>, language: Language) -> String {
    match (effective_on, language) {
        (Some(day), Language::Ja) => format!(" {day}から"),
        (Some(day), Language::En) => format!(" since {day}"),
        (None, _) => String::new(),
    }
}
