//! Prints which record and which rule explain each field of an answer.

use crate::domain::Yen;
use crate::http::operator::explanation::{AmountsView, Explanation, MealView, ReasonView};
use crate::language::Language;
use crate::wire::Element;

use super::labels::name;
use crate::cli::exit::Exit;
use crate::cli::finding;
use crate::cli::operator::OperatorOptions;
use crate::cli::output;

/// Asks the operator listener for the reasons of `answer`, and prints them. `question` is the official query in JSON.
pub(super) async fn print(
    operator: &OperatorOptions,
    question: Vec<u8>,
    answer: &Element<'_>,
    language: Language,
) -> Result<(), Exit> {
    let body = operator.post("/api/explain", question).await?;
    let explanation: Explanation = serde_json::from_slice(&body).map_err(|error| {
        Exit::environment((
            format!("the server's explanation cannot be read: {error}"),
            format!("サーバーの説明を読み取れません: {error}"),
        ))
    })?;
    let mut shown = Vec::new();
    names(answer, &mut shown);
    let mut text = String::new();
    for reason in &explanation.reasons {
        text.push('\n');
        for line in lines(reason, &shown, language) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    for found in &explanation.findings {
        let japanese = language == Language::Ja;
        let words = finding::Words {
            registered: if japanese { &found.registered_japanese } else { &found.registered_english },
            record: Some((found.record, &found.insurer)),
            from: found.from,
            through: found.through,
            open: found.open,
            soft: found.soft,
            rule: &found.rule,
            source: &found.source,
            effective_on: found.effective_on,
            law: if japanese { &found.japanese } else { &found.english },
        };
        text += &format!("\n{}\n", finding::text(&words, language));
    }
    output::print(text.as_bytes())
}

/// Collects the names of all elements under `element`.
fn names<'a>(element: &'a Element, found: &mut Vec<&'a str>) {
    for child in &element.children {
        found.push(&child.name);
        names(child, found);
    }
}

fn lines(reason: &ReasonView, shown: &[&str], language: Language) -> Vec<String> {
    let (record, rule, dates, consent, amounts) = match language {
        Language::Ja => ("登録", "規則", "日付", "同意", "限度額"),
        Language::En => ("record", "rule", "dates", "consent", "amounts"),
    };
    let words = if language == Language::Ja { &reason.japanese } else { &reason.english };
    let mut lines = vec![title(reason, shown, language), format!("    {words}")];
    if let (Some(id), Some(insurer)) = (reason.record, &reason.insurer) {
        lines.push(format!("    {record}: {id} ({insurer})"));
    }
    for other in &reason.others {
        let relation = if language == Language::Ja { &other.japanese } else { &other.english };
        lines.push(format!("    {relation}: {} ({})", other.record, other.insurer));
    }
    let since = finding::since(reason.effective_on, language);
    lines.push(format!("    {rule}: {} [{}]{since}", reason.rule, reason.source));
    if !reason.dates.is_empty() {
        let compared = reason.dates.iter().map(|compared| match language {
            Language::Ja => format!("{} {}", compared.japanese, compared.date),
            Language::En => format!("{} {}", compared.english, compared.date),
        });
        lines.push(format!("    {dates}: {}", compared.collect::<Vec<_>>().join(", ")));
    }
    lines.extend(reason.consent.map(|given| {
        let word = match (given, language) {
            (true, Language::Ja) => "あり",
            (false, Language::Ja) => "なし",
            (true, Language::En) => "given",
            (false, Language::En) => "not given",
        };
        format!("    {consent}: {word}")
    }));
    lines.extend(reason.amounts.as_ref().map(|view| format!("    {amounts}: {}", amounts_text(view, language))));
    lines.extend(reason.meal.as_ref().map(|meal| {
        let MealView { yen, since, source } = meal;
        match language {
            Language::Ja => format!("    食事: 入院1食{yen}円（{since}から）[{source}]"),
            Language::En => format!("    meals: {yen} yen a meal in hospital (since {since}) [{source}]"),
        }
    }));
    lines.extend(reason.notes.iter().map(|note| match language {
        Language::Ja => format!("    注: {}", note.japanese),
        Language::En => format!("    note: {}", note.english),
    }));
    lines
}

/// Returns the fields that the reason is about: those that the answer shows, or all of them if it shows none.
fn title(reason: &ReasonView, shown: &[&str], language: Language) -> String {
    let present: Vec<&String> = reason.elements.iter().filter(|element| shown.contains(&element.as_str())).collect();
    let meant = if present.is_empty() { reason.elements.iter().collect() } else { present };
    let names = meant.into_iter().map(|element| name(element, language));
    names.collect::<Vec<_>>().join(if language == Language::Ja { "、" } else { ", " })
}

fn amounts_text(view: &AmountsView, language: Language) -> String {
    let yen = |amount: u64| Yen::new(amount).to_string();
    let japanese = language == Language::Ja;
    let mut text = match japanese {
        true => format!("{} 1か月につき世帯{}円", view.category, yen(view.household_yen)),
        false => format!("{} a month: household {} yen", view.category, yen(view.household_yen)),
    };
    if let Some(start) = view.one_per_cent_above_yen {
        text += &match japanese {
            true => format!("＋医療費の{}円を超える分の1%", yen(start)),
            false => format!(" + 1 % of the medical cost above {}", yen(start)),
        };
    }
    if let Some(fourth) = view.fourth_month_yen {
        text += &match japanese {
            true => format!("、直近12か月で4回目の支給の月から{}円", yen(fourth)),
            false => format!(", from the 4th month with a benefit within 12 months on {}", yen(fourth)),
        };
    }
    if let Some(outpatient) = view.outpatient_yen {
        text += &match japanese {
            true => format!("、外来（個人）{}円", yen(outpatient)),
            false => format!(", outpatient {} a person", yen(outpatient)),
        };
    }
    if view.transitional {
        text += if japanese { "（2025年9月まで配慮措置あり）" } else { " (配慮措置 until 2025-09)" };
    }
    if view.halved {
        text += if japanese {
            "（75歳到達月の特例で半額）"
        } else {
            " (half amounts: a 75th birthday changes the scheme)"
        };
    }
    text += &match (japanese, view.since_is_start) {
        (true, true) => format!("（{}診療分から）[{}]", view.since, view.source),
        (true, false) => format!("（遅くとも{}診療分から）[{}]", view.since, view.source),
        (false, true) => format!(" (since {}) [{}]", view.since, view.source),
        (false, false) => format!(" (since {} at the latest) [{}]", view.since, view.source),
    };
    text
}
