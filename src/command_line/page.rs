//! The help page of one command.

use clap::{Arg, Command};
use unicode_width::UnicodeWidthStr;

use super::words::Words;
use super::wrap::wrap;

/// How far the text of an argument is set in.
const INDENT: usize = 10;

/// Renders the page of a command whose path is given, for a terminal of so many columns.
pub(super) fn page(command: &mut Command, path: &str, words: &Words, columns: usize) -> String {
    let about =
        words.of_command(path).map_or_else(|| command.get_about().map(ToString::to_string), |text| Some(text.to_owned()));
    let mut text = wrap(&about.unwrap_or_default(), columns).join("\n");
    text += &format!("\n\n{}\n", usage(&command.render_usage().to_string()));
    text += &commands(command, path, words, columns);
    let arguments: Vec<&Arg> = command.get_arguments().filter(|argument| !argument.is_hide_set()).collect();
    let mut headings: Vec<&str> = Vec::new();
    for argument in &arguments {
        let heading = heading(argument, words);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for shown in headings {
        text += &format!("\n{shown}:\n");
        for argument in arguments.iter().filter(|argument| heading(argument, words) == shown) {
            text += &described(argument, path, words, columns);
        }
    }
    text
}

/// Puts clap's line of usage in Japanese.
pub(super) fn usage(english: &str) -> String {
    let words = [
        ("Usage:", "使い方:"),
        ("[OPTIONS]", "[オプション]"),
        ("[COMMAND]", "[コマンド]"),
        ("<COMMAND>", "<コマンド>"),
        ("\n       ", "\n        "),
    ];
    words.iter().fold(english.trim_end().to_owned(), |text, (english, japanese)| text.replace(english, japanese))
}

fn heading(argument: &Arg, words: &Words) -> &'static str {
    match argument.get_help_heading() {
        Some(english) => words.of_heading(english).unwrap_or("その他"),
        None if argument.is_positional() => "引数",
        None => "オプション",
    }
}

fn commands(command: &Command, path: &str, words: &Words, columns: usize) -> String {
    let inner: Vec<&Command> = command.get_subcommands().filter(|inner| !inner.is_hide_set() && path != "help").collect();
    let Some(widest) = inner.iter().map(|inner| inner.get_name().width()).max() else { return String::new() };
    let mut text = "\nコマンド:\n".to_owned();
    for inner in inner {
        let name = inner.get_name();
        let about = words.of_command(&words.path(inner, path)).unwrap_or_default();
        let lines = wrap(about, columns.saturating_sub(widest + 4));
        text += &format!("  {name:widest$}  {}\n", lines.join(&format!("\n{:gap$}", "", gap = widest + 4)));
    }
    text
}

fn described(argument: &Arg, path: &str, words: &Words, columns: usize) -> String {
    let name = match argument.get_short() {
        _ if argument.is_positional() => format!("  {argument}"),
        Some(short) => format!("  -{short}, {argument}"),
        None => format!("      {argument}"),
    };
    let english = || argument.get_help().map(ToString::to_string).unwrap_or_default();
    let help = words.of_argument(path, argument.get_id().as_str()).map_or_else(english, str::to_owned);
    let mut lines = wrap(&help, columns.saturating_sub(INDENT));
    lines.extend(wrap(&brackets(argument).join(" "), columns.saturating_sub(INDENT)));
    let lines: String = lines.iter().map(|line| format!("{:INDENT$}{line}\n", "")).collect();
    format!("{name}\n{lines}")
}

/// Says which values there are, which one is usual, and which variable holds one.
fn brackets(argument: &Arg) -> Vec<String> {
    let mut brackets = Vec::new();
    if !argument.get_action().takes_values() {
        return brackets;
    }
    let values: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        brackets.push(format!("[値: {}]", values.join("、")));
    }
    let usual: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !usual.is_empty() {
        brackets.push(format!("[既定値: {}]", usual.join("、")));
    }
    if let Some(name) = argument.get_env() {
        let value = std::env::var_os(name).filter(|_| !argument.is_hide_env_values_set());
        let value = value.map(|value| format!("={}", value.to_string_lossy())).unwrap_or_default();
        brackets.push(format!("[環境変数: {}{value}]", name.to_string_lossy()));
    }
    brackets
}
