//! Parses the fields of a question.

use std::borrow::Cow;

use jiff::civil::Date;

use super::FieldFault;
use crate::domain::{BirthDate, CopayRatio, Month, SpecificDisease, Yen, parse_date};
use crate::language::Bilingual;
use crate::rules::limit::{Ages, Band, BandName, Setting, band as band_of};
use crate::wire::code;

/// Adds the name of the field to a parse error.
pub fn of<T, E: Into<Bilingual>>(field: impl Into<Cow<'static, str>>, parsed: Result<T, E>) -> Result<T, FieldFault> {
    parsed.map_err(|reason| FieldFault::new(field, reason))
}

/// Reads an amount of 0 to 10^12 yen.
///
/// # Errors
/// If it is anything else.
pub fn yen(field: &'static str, amount: i64) -> Result<Yen, FieldFault> {
    of(field, Yen::try_from(amount))
}

/// Reads a month, such as `2026-08`.
///
/// # Errors
/// If it is written otherwise or does not exist.
pub fn month(field: &'static str, text: &str) -> Result<Month, FieldFault> {
    of(field, Month::parse(text))
}

/// Reads a day, such as `2026-08-31`.
///
/// # Errors
/// If it is written otherwise or does not exist.
pub fn date(field: &'static str, text: &str) -> Result<Date, FieldFault> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = if plain { text.parse().ok() } else { None };
    parsed.ok_or_else(|| {
        FieldFault::new(
            field,
            ("must be an existing date, written YYYY-MM-DD", "2026-08-31のように、存在する日付を書いてください"),
        )
    })
}

/// Reads a day as people write it, such as `2026-08-31` or `R8.8.31`.
///
/// # Errors
/// If it is written otherwise, is ambiguous or does not exist.
pub fn written_date(field: &'static str, text: &str) -> Result<Date, FieldFault> {
    of(field, parse_date(text))
}

/// Reads a birth date.
///
/// # Errors
/// If it does not exist or is before 1860.
pub fn birth(field: &'static str, text: &str) -> Result<BirthDate, FieldFault> {
    of(field, BirthDate::new(written_date(field, text)?))
}

/// Reads a ratio: 1, 2 or 3 (割).
///
/// # Errors
/// If it is anything else.
pub fn ratio(field: &'static str, tenths: i64) -> Result<CopayRatio, FieldFault> {
    CopayRatio::from_tenths(tenths)
        .ok_or_else(|| FieldFault::new(field, ("must be 1, 2 or 3", "1、2、3のどれかを指定してください")))
}

/// Reads `inpatient` (or `in`), `outpatient` (or `out`).
///
/// # Errors
/// If it is anything else.
pub fn setting(field: &'static str, text: &str) -> Result<Setting, FieldFault> {
    match text {
        "inpatient" | "in" => Ok(Setting::Inpatient),
        "outpatient" | "out" => Ok(Setting::Outpatient),
        _ => Err(FieldFault::new(
            field,
            (
                "must be inpatient (in) or outpatient (out)",
                "inpatient（in、入院）かoutpatient（out、外来）を指定してください",
            ),
        )),
    }
}

/// Reads `under70`, `70to74`, `75plus` (後期高齢者医療), or `70plus` if it does not matter which of the last two applies.
///
/// # Errors
/// If it is anything else.
pub fn ages(field: &'static str, text: &str) -> Result<Ages, FieldFault> {
    match text {
        "under70" => Ok(Ages::Under70),
        "70to74" => Ok(Ages::From70To74),
        "75plus" => Ok(Ages::LateElderly),
        "70plus" => Ok(Ages::From70),
        _ => Err(FieldFault::new(
            field,
            ("must be under70, 70to74, 75plus or 70plus", "under70、70to74、75plus、70plusのどれかを指定してください"),
        )),
    }
}

/// Reads a category as the band of a month: an official code, or a label.
///
/// # Errors
/// If the month has no such category for these people; the fault names `month` if no table reaches back so far.
pub fn band(field: &'static str, month: Month, ages: Ages, text: &str) -> Result<&'static Band, FieldFault> {
    let name = code::parse_limit_category(text).map_or(BandName::Label(text), BandName::Code);
    band_of(month, ages, name).map_err(|reason| {
        let field = if reason.is_of_month() { "month" } else { field };
        FieldFault::new(field, reason)
    })
}

/// Reads a disease: 1, 2 or 3 of code table 013.
///
/// # Errors
/// If it is anything else.
pub fn disease(field: &'static str, code: i64) -> Result<SpecificDisease, FieldFault> {
    match code {
        1 => Ok(SpecificDisease::Dialysis),
        2 => Ok(SpecificDisease::Haemophilia),
        3 => Ok(SpecificDisease::Hiv),
        _ => Err(FieldFault::new(
            field,
            (
                "must be 1 (dialysis), 2 (haemophilia) or 3 (HIV)",
                "1（人工透析）、2（血友病）、3（HIV）のどれかを指定してください",
            ),
        )),
    }
}
