//! `shikaku rules limit`: works out what a patient or a household pays in a month.

use unicode_width::UnicodeWidthStr;

use crate::calculator::{MealsQuestion, MonthlyAnswer, MonthlyLine, MonthlyQuestion};
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::domain::Yen;
use crate::language::{Bilingual, Language};

#[derive(clap::Args)]
pub(in crate::cli) struct Options {
    /// 診療月, such as 2026-08
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// 適用区分: an official code (A03) or a label (ウ, 現役並みⅢ, 一般Ⅱ, 低所得Ⅰ …)
    #[arg(long)]
    category: String,
    /// In a household of both ages: the category of the people under 70
    #[arg(long, value_name = "CATEGORY")]
    category_under70: Option<String>,
    /// under70, 70to74 or 75plus; needed only where the category does not tell and it decides
    #[arg(long)]
    age: Option<String>,
    /// 一部負担金割合: 1, 2 or 3; by default what goes with the category
    #[arg(long, value_name = "WARI", value_parser = whole, allow_negative_numbers = true)]
    copay_wari: Option<i64>,
    /// 医療費 (10割) of one patient, in yen
    #[arg(
        long,
        value_name = "YEN",
        required_unless_present = "line",
        conflicts_with = "line",
        value_parser = whole,
        allow_negative_numbers = true
    )]
    medical_cost: Option<i64>,
    /// inpatient or outpatient; must be given where the category has an outpatient cap: from 70 on, but for 現役並み from 2018-08
    #[arg(long)]
    setting: Option<String>,
    /// 多数回該当: the fourth month and later
    #[arg(long)]
    multiple: bool,
    /// The patient turns 75 in this month, not on its first day, or loses the coverage as a dependant because the insured does: half
    /// amounts
    #[arg(long)]
    turns75_this_month: bool,
    /// 特定疾病: 1 (dialysis), 2 (haemophilia) or 3 (HIV)
    #[arg(long, value_name = "CODE", value_parser = whole, allow_negative_numbers = true)]
    specific_disease: Option<i64>,
    /// Meals of one patient in hospital in the month
    #[arg(long, value_name = "COUNT", value_parser = whole, allow_negative_numbers = true, conflicts_with = "line")]
    meals: Option<i64>,
    /// 認定証区分 that decides what a meal costs: 01, 02 or 03; by default what goes with the category
    #[arg(long, value_name = "KIND", requires = "meals")]
    certificate: Option<String>,
    /// 長期入院該当: meals after more than 90 days in hospital within 12 months
    #[arg(long, requires = "meals")]
    long_stay: bool,
    /// 指定難病 or 小児慢性特定疾病: cheaper meals
    #[arg(long, requires = "meals")]
    designated_disease: bool,
    /// An item of a household: WHO,SETTING,COST, then if needed AGE, WARI and turns75 (half amounts), such as 夫,out,300000 or
    /// 夫,out,300000,,,turns75
    #[arg(long, value_name = "LINE", value_parser = line)]
    line: Vec<MonthlyLine>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

fn whole(text: &str) -> Result<i64, Bilingual> {
    text.parse().map_err(|_| {
        ("must be a whole number, in digits without commas", "整数を、カンマのない数字で指定してください").into()
    })
}

fn line(text: &str) -> Result<MonthlyLine, Bilingual> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let (who, setting, cost, rest) = match parts.as_slice() {
        &[who, setting, cost, ref rest @ ..] if rest.len() <= 2 || matches!(rest, [_, _, "" | "turns75"]) => {
            (who, setting, cost, rest)
        }
        _ => {
            return Err((
                "a line is WHO,SETTING,COST[,AGE[,WARI[,turns75]]]; numbers have no commas",
                "行はWHO,SETTING,COST[,AGE[,WARI[,turns75]]]の形で、数字にカンマを入れずに指定してください",
            )
                .into());
        }
    };
    let number = |name: &str, text: &str| {
        let wrong = || Bilingual::from((format!("{name} must be a whole number"), format!("{name}は整数です")));
        text.parse().map_err(|_| wrong())
    };
    let given = |place: usize| rest.get(place).copied().filter(|text| !text.is_empty());
    Ok(MonthlyLine {
        who: who.to_owned(),
        setting: setting.to_owned(),
        cost: number("COST", cost)?,
        age: given(0).map(str::to_owned),
        copay_wari: given(1).map(|wari| number("WARI", wari)).transpose()?,
        turns75_this_month: given(2).is_some(),
    })
}

pub(super) fn run(options: &Options, language: Language) -> Result<(), Exit> {
    let question = MonthlyQuestion {
        month: options.month.clone(),
        category: options.category.clone(),
        category_under70: options.category_under70.clone(),
        age: options.age.clone(),
        copay_wari: options.copay_wari,
        medical_cost: options.medical_cost,
        setting: options.setting.clone(),
        multiple: options.multiple,
        turns75_this_month: options.turns75_this_month,
        specific_disease: options.specific_disease,
        meals: options.meals.map(|count| MealsQuestion {
            count,
            certificate: options.certificate.clone(),
            long_stay: options.long_stay,
            designated_disease: options.designated_disease,
        }),
        lines: options.line.clone(),
    };
    let answer = question.answer().map_err(|fault| {
        let text = |language| on_command_line(&fault.field, fault.reason.text(language), options);
        Exit::usage((text(Language::En), text(Language::Ja)))
    })?;
    let text = if options.json {
        let mut text = serde_json::to_string_pretty(&answer).expect("plain fields");
        text.push('\n');
        text
    } else {
        table(&answer, language)
    };
    output::print(text.as_bytes())
}

/// Renders a fault with the flags of the command line in place of the fields of the operator API. Adds the category as it was
/// typed, which the operator API does not repeat.
fn on_command_line(field: &str, reason: &str, options: &Options) -> String {
    if field == "lines" {
        let part = |reason: String, (field, part)| reason.replace(field, part);
        let parts = [("copay_wari", "WARI"), ("setting", "SETTING"), ("cost", "COST"), ("turns75_this_month", "turns75")];
        return format!("--line: {}", parts.into_iter().fold(reason.to_string(), part));
    }
    if let ("meals", Some((part, reason))) = (field, reason.split_once(": ")) {
        let flag = if part == "count" { "meals".to_owned() } else { part.replace('_', "-") };
        return format!("--{flag}: {reason}");
    }
    let mut reason = reason.to_owned();
    for name in ["category_under70", "medical_cost", "copay_wari"] {
        reason = reason.replace(name, &format!("--{}", name.replace('_', "-")));
    }
    let typed = match field {
        "category" => Some(options.category.as_str()),
        "category_under70" => options.category_under70.as_deref(),
        _ => None,
    };
    let typed = typed.map(|text| format!(" {}", text.escape_debug())).unwrap_or_default();
    format!("--{}{typed}: {reason}", field.replace('_', "-"))
}

/// Renders the steps with amounts in one column, then the payers, and the sources of the amounts.
fn table(answer: &MonthlyAnswer, language: Language) -> String {
    let japanese = language == Language::Ja;
    let mut text = match japanese {
        true => {
            let at_latest = if answer.since_is_start { "" } else { "遅くとも" };
            format!("{} {}（{at_latest}{}からの額）\n", answer.month, answer.category, answer.since)
        }
        false => {
            let at_latest = if answer.since_is_start { "" } else { " at the latest" };
            format!("{} {} (amounts since {}{at_latest})\n", answer.month, answer.category, answer.since)
        }
    };
    let mut rows: Vec<(&str, u64)> =
        answer.steps.iter().map(|step| (if japanese { &*step.japanese } else { &*step.english }, step.yen)).collect();
    let (yearly, outpatient) = match japanese {
        true => ("年間上限（8月〜翌7月、後日払戻し）", "外来の年間上限（8月〜翌7月、後日払戻し）"),
        false => {
            ("cap of a year (August to July, refunded later)", "outpatient cap of a year (August to July, refunded later)")
        }
    };
    rows.extend(answer.yearly_cap_yen.map(|yen| (yearly, yen)));
    rows.extend(answer.outpatient_yearly_cap_yen.map(|yen| (outpatient, yen)));
    let (meal, meals) = match japanese {
        true => ("食事1食（限度額の対象外）", "食事の合計（限度額の対象外）"),
        false => ("one meal (not part of the cap)", "all meals (not part of the cap)"),
    };
    rows.extend(answer.meals.iter().flat_map(|answer| [(meal, answer.meal_yen), (meals, answer.meals_yen)]));
    let widest = rows.iter().map(|(words, _)| words.width()).max().unwrap_or_default();
    for (words, yen) in rows {
        let gap = widest - words.width();
        text += &format!("  {words}{:gap$}  {:>17}\n", "", Yen::new(yen));
    }
    for note in &answer.notes {
        text += &match japanese {
            true => format!("  注: {}\n", note.japanese),
            false => format!("  note: {}\n", note.english),
        };
    }
    text += &format!("[{}]\n", answer.source);
    if let Some(meals) = &answer.meals {
        text += &match japanese {
            true => format!("[食事は{}から: {}]\n", meals.since, meals.source),
            false => format!("[meals since {}: {}]\n", meals.since, meals.source),
        };
    }
    text
}
