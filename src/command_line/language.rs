//! The language of output: that of `--lang`, or else of the locale.

use std::ffi::OsString;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::language::Language;

/// Returns the language that the command line asks for, or else the locale. Reads the arguments before they are parsed, because help
/// and errors of the command line follow it too.
#[must_use]
pub fn language_of(arguments: &[OsString]) -> Language {
    asked(arguments).unwrap_or_else(of_environment)
}

fn asked(arguments: &[OsString]) -> Option<Language> {
    let mut words = arguments.iter().skip(1).map_while(|word| word.to_str().filter(|word| *word != "--"));
    let value = words.find_map(|word| match word.strip_prefix("--lang")? {
        "" => Some(None),
        rest => Some(Some(rest.strip_prefix('=')?)),
    })?;
    Language::from_str(value.or_else(|| words.next())?, false).ok()
}

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Ja, Self::En]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Ja => PossibleValue::new("ja").help("日本語"),
            Self::En => PossibleValue::new("en").help("English"),
        })
    }
}

fn of_environment() -> Language {
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("ja")) { Language::Ja } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_words(words: &[&str]) -> Option<Language> {
        asked(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_option_is_found_wherever_it_stands() {
        assert_eq!(of_words(&["shikaku", "--lang", "ja", "demo"]), Some(Language::Ja));
        assert_eq!(of_words(&["shikaku", "ask", "card", "--lang=en"]), Some(Language::En));
        for words in [
            &["shikaku", "demo"][..],
            &["shikaku", "--lang"],
            &["shikaku", "--lang", "fr"],
            &["shikaku", "--language", "ja"],
            &["shikaku", "rules", "check", "--", "--lang", "ja"],
        ] {
            assert_eq!(of_words(words), None, "{words:?}");
        }
    }
}
