//! Errors of the command line in Japanese, made of what clap knows about each.

use std::error::Error;
use std::net::AddrParseError;
use std::num::ParseIntError;

use clap::error::{ContextKind as Context, ContextValue, ErrorKind};

use super::page::usage;
use crate::language::{Bilingual, Japanese, Language};
use crate::pki::ServerNameError;

/// Words an error: what is wrong, what may be meant, and how the command is used.
pub(super) fn refusal(error: &clap::Error) -> String {
    let Some(mut text) = sentence(error) else { return error.to_string() };
    let suggestions = [Context::SuggestedArg, Context::SuggestedSubcommand, Context::SuggestedValue];
    let suggested: Vec<String> = suggestions.into_iter().flat_map(|kind| all(error, kind)).collect();
    if !suggested.is_empty() {
        text += &format!("\n  もしかして: {}", suggested.join("、"));
    }
    if let Some(ContextValue::StyledStr(line)) = error.get(Context::Usage) {
        text += &format!("\n\n{}", usage(&line.to_string()));
    }
    format!("エラー: {text}\n\n使い方の説明は--helpで表示できます。\n")
}

/// Says what is wrong; None for what no user of this command line can cause.
fn sentence(error: &clap::Error) -> Option<String> {
    let argument = || all(error, Context::InvalidArg).join("、");
    let value = || all(error, Context::InvalidValue).join("、");
    let list = |kind| match all(error, kind).as_slice() {
        [] => String::new(),
        values => format!("\n  指定できるもの: {}", values.join("、")),
    };
    Some(match error.kind() {
        ErrorKind::InvalidValue if value().is_empty() => {
            format!("{}に値がありません{}", argument(), list(Context::ValidValue))
        }
        ErrorKind::InvalidValue => {
            format!("{}に「{}」は指定できません{}", argument(), value(), list(Context::ValidValue))
        }
        ErrorKind::ValueValidation => {
            let reason = error.source().map(reason).unwrap_or_default();
            format!("{}に「{}」は指定できません: {reason}", argument(), value())
        }
        ErrorKind::UnknownArgument => format!("引数「{}」はここでは使えません", argument()),
        ErrorKind::InvalidSubcommand => {
            format!("コマンド「{}」はありません", all(error, Context::InvalidSubcommand).join(" "))
        }
        ErrorKind::MissingSubcommand => format!(
            "「{}」の後にコマンドが必要です{}",
            all(error, Context::InvalidSubcommand).join(" "),
            list(Context::ValidSubcommand)
        ),
        ErrorKind::ArgumentConflict => match all(error, Context::PriorArg) {
            prior if prior.is_empty() || prior == all(error, Context::InvalidArg) => {
                format!("{}を指定できるのは一度だけです", argument())
            }
            prior => format!("{}は{}と同時に指定できません", argument(), prior.join("、")),
        },
        ErrorKind::MissingRequiredArgument => {
            format!("次の引数が必要です:\n  {}", all(error, Context::InvalidArg).join("\n  "))
        }
        ErrorKind::TooManyValues => format!("{}に余分な値「{}」があります", argument(), value()),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{}の値の数が違います", argument()),
        ErrorKind::InvalidUtf8 => "引数にUTF-8ではない文字があります".to_owned(),
        _ => return None,
    })
}

/// Says in Japanese why a parser refuses a value.
fn reason(error: &(dyn Error + 'static)) -> String {
    if let Some(text) = error.downcast_ref::<Bilingual>() {
        return text.text(Language::Ja).to_owned();
    }
    if let Some(error) = error.downcast_ref::<ServerNameError>() {
        return error.japanese().into_owned();
    }
    let text = match error {
        error if error.is::<jiff::Error>() => "2026-11-22のように、存在する日付を指定してください",
        error if error.is::<AddrParseError>() => "127.0.0.1:8443のように、IPアドレスとポート番号を指定してください",
        error if error.is::<ParseIntError>() => "0以上の整数を、カンマのない数字で指定してください",
        other => return other.to_string(),
    };
    text.to_owned()
}

fn all(error: &clap::Error, kind: Context) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}
