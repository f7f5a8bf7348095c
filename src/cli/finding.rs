use jiff::civil::Date;

use super::language::Language;

/// What is said of a contradiction between a registration and the law.
pub(super) struct Words<'a> {
    pub registered: &'a str,
    pub from: Date,
    pub through: Date,
    pub rule: &'a str,
    pub source: &'a str,
    pub law: &'a str,
}

/// One finding, in two lines.
pub(super) fn text(words: &Words<'_>, language: Language) -> String {
    let Words { registered, from, through, rule, source, law } = words;
    match language {
        Language::Ja => {
            format!("確認: {registered}（{from}〜{through}）は規則に合わない\n    {law}\n    規則: {rule} [{source}]")
        }
        Language::En => {
            format!(
                "finding: {registered} from {from} through {through} does not fit the rule\n    {law}\n    rule: {rule} [{source}]"
            )
        }
    }
}
