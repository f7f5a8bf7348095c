//! Reads a profile, and reports every fault with its line.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::language::Bilingual;

use super::groups::Group;

/// A fault in a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub reason: Bilingual,
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.reason)
    }
}

/// The greatest weight: the sum of a group then fits any draw.
const MOST: i64 = 1_000_000_000;

/// Reads the weights of every group.
pub(super) fn weights(text: &str) -> Result<HashMap<&'static str, Vec<u32>>, Vec<ProfileFault>> {
    let line = |span: Range<usize>| text[..span.start.min(text.len())].matches('\n').count() + 1;
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<ProfileFault> = errors
        .iter()
        .map(|error| {
            let message = error.message();
            let reason = (format!("not TOML: {message}"), format!("TOMLとして読めません: {message}")).into();
            ProfileFault { line: error.span().map_or(1, line), reason }
        })
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut fault = |line, english: String, japanese: String| {
        faults.push(ProfileFault { line, reason: (english, japanese).into() });
    };
    let root = root.into_inner();
    let mut weights = HashMap::new();
    for (name, value) in &root {
        let (name_line, name) = (line(name.span()), name.get_ref().as_ref());
        let Some(group) = Group::ALL.iter().find(|group| group.name == name) else {
            fault(
                name_line,
                format!("`{name}` is no group of shares; the standard profile lists all"),
                format!("`{name}`という割合はありません。標準の割合のファイルにすべてあります"),
            );
            continue;
        };
        let DeValue::Table(entries) = value.get_ref() else {
            fault(
                name_line,
                format!("`{name}` must be a table, [{name}], of whole weights"),
                format!("`{name}`は整数の重みの表（[{name}]）にしてください"),
            );
            continue;
        };
        let mut read = vec![0; group.entries.len()];
        let mut whole = true;
        for (entry, value) in entries {
            let (entry_line, entry) = (line(entry.span()), entry.get_ref().as_ref());
            let weight = value.get_ref().as_integer().and_then(|integer| integer.as_str().parse::<i64>().ok());
            match (group.entries.iter().position(|known| *known == entry), weight) {
                (None, _) => fault(
                    entry_line,
                    format!("[{name}] has no `{entry}`, but {}", group.entries.join(", ")),
                    format!("[{name}]に`{entry}`はありません。あるのは{}です", group.entries.join("、")),
                ),
                (Some(place), Some(weight @ 0..=MOST)) => {
                    read[place] = u32::try_from(weight).expect("the greatest weight fits 32 bits");
                    continue;
                }
                (Some(_), _) => {
                    fault(
                        entry_line,
                        format!("[{name}] `{entry}` must be a whole weight from 0 to {MOST}"),
                        format!("[{name}]の`{entry}`は0から{MOST}までの整数にしてください"),
                    );
                }
            }
            whole = false;
        }
        let missing: Vec<&str> =
            group.entries.iter().copied().filter(|known| !entries.keys().any(|key| key.get_ref() == known)).collect();
        if !missing.is_empty() {
            fault(
                name_line,
                format!("[{name}] lacks {}", missing.join(", ")),
                format!("[{name}]に{}がありません", missing.join("、")),
            );
        } else if whole && read.iter().all(|weight| *weight == 0) {
            fault(
                name_line,
                format!("the weights of [{name}] sum to zero; at least one must be positive"),
                format!("[{name}]の重みの合計が0です。少なくとも一つを正の数にしてください"),
            );
        }
        weights.insert(group.name, read);
    }
    let end = text.lines().count().max(1);
    for group in Group::ALL.iter().filter(|group| !root.keys().any(|key| key.get_ref() == group.name)) {
        fault(end, format!("[{}] is missing", group.name), format!("[{}]がありません", group.name));
    }
    faults.sort_by_key(|fault| fault.line);
    if faults.is_empty() { Ok(weights) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::profile::{Profile, STANDARD};

    #[test]
    fn the_standard_profile_has_no_fault_and_names_a_source_for_each_group() {
        let profile = Profile::read(STANDARD).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(profile.weights.len(), Group::ALL.len());
        for (place, line) in STANDARD.lines().enumerate().filter(|(_, line)| line.starts_with('[')) {
            let above = STANDARD.lines().nth(place.saturating_sub(1)).unwrap();
            assert!(above.starts_with("# sourced: ") || above.starts_with("# assumed"), "{line} says no source");
        }
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let swapped = |from: &str, to: &str| {
            assert!(STANDARD.contains(from), "{from}");
            let text = STANDARD.replacen(from, to, 1);
            let faults = Profile::read(&text).unwrap_err();
            let fault = faults.first().unwrap();
            (text.lines().nth(fault.line - 1).unwrap_or_default().to_owned(), fault.reason.to_string())
        };
        let (line, reason) = swapped("[phone]\n", "[phones]\n");
        assert_eq!((line.as_str(), reason.contains("`phones` is no group")), ("[phones]", true));
        let (line, reason) = swapped("[phone]\nnone = ", "[phone]\nnone = -");
        assert!(line.starts_with("none = -") && reason.contains("whole weight from 0"), "{line} {reason}");
        let (line, reason) = swapped("[phone]\nnone = ", "[phone]\nwatch = ");
        assert!(line.starts_with("watch") || line == "[phone]", "{line} {reason}");
        let phone = STANDARD.find("[phone]").unwrap();
        let end = phone + STANDARD[phone..].find("\n\n").unwrap();
        let zero = format!("{}[phone]\nnone = 0\nandroid = 0\nios = 0{}", &STANDARD[..phone], &STANDARD[end..]);
        let faults = Profile::read(&zero).unwrap_err();
        assert!(faults[0].reason.to_string().contains("sum to zero"), "{faults:?}");
        let cut = format!("{}{}", &STANDARD[..phone], &STANDARD[end..]);
        assert!(Profile::read(&cut).unwrap_err()[0].reason.to_string().contains("[phone] is missing"));
        assert_eq!(Profile::read("[phone").unwrap_err()[0].line, 1);
        assert!(Profile::read("").unwrap_err().len() == Group::ALL.len());
    }
}
