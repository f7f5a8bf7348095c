//! Reads the parts of Markdown that the tests of documents need: blocks of code, headings, tables, links, words in
//! backticks.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use crate::support::root;

/// One document.
pub struct Page {
    /// Its path below the root of the project.
    pub name: String,
    pub text: String,
}

/// A table: cells without the blanks around them.
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Returns every document of the project, by name. Skips `target` and directories that begin with a dot.
pub fn pages() -> Vec<Page> {
    let mut names = Vec::new();
    collect(root(), &mut names);
    names.sort();
    assert!(names.iter().any(|name| name == "README.md"), "{names:?}");
    names.iter().map(|name| Page::read(name)).collect()
}

fn collect(directory: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            collect(&path, names);
        } else if name.ends_with(".md") {
            names.push(path.strip_prefix(root()).unwrap().display().to_string());
        }
    }
}

impl Page {
    pub fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), text }
    }

    /// Returns the lines outside blocks of code.
    pub fn prose(&self) -> impl Iterator<Item = &str> {
        let mut inside = false;
        self.text.lines().filter(move |line| {
            let fence = line.starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
    }

    /// Returns the blocks of code in a language.
    pub fn blocks(&self, language: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            let Some(found) = line.strip_prefix("```") else { continue };
            let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            if found == language {
                blocks.push(block.join("\n") + "\n");
            }
        }
        blocks
    }

    /// Returns the anchors of the headings, as GitHub makes them.
    pub fn anchors(&self) -> HashSet<String> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let headings = self.prose().filter(|line| line.starts_with('#'));
        headings
            .map(|line| {
                let anchor = anchor(line.trim_start_matches('#').trim());
                let before = seen.entry(anchor.clone()).or_default();
                *before += 1;
                if *before == 1 { anchor } else { format!("{anchor}-{}", *before - 1) }
            })
            .collect()
    }

    pub fn tables(&self) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        let mut inside = false;
        for line in self.prose() {
            let is_row = line.starts_with('|');
            if is_row && !inside {
                tables.push(Table { head: cells(line), rows: Vec::new() });
            } else if is_row && !line.starts_with("| ---") {
                tables.last_mut().unwrap().rows.push(cells(line));
            }
            inside = is_row;
        }
        tables
    }

    /// Returns the table whose first column has this head.
    pub fn table(&self, head: &str) -> Table {
        let found = self.tables().into_iter().find(|table| table.head[0] == head);
        found.unwrap_or_else(|| panic!("{} has no table of {head}", self.name))
    }

    /// Returns the targets of links and pictures.
    pub fn targets(&self) -> Vec<String> {
        let mut targets = Vec::new();
        for line in self.prose() {
            let line = without_words(line);
            for (place, _) in line.match_indices("](") {
                let rest = &line[place + 2..];
                targets.push(rest[..rest.find(')').unwrap()].to_owned());
            }
        }
        targets
    }

    /// Returns the words in backticks outside blocks of code.
    pub fn words(&self) -> Vec<String> {
        self.prose().flat_map(words).collect()
    }
}

/// Returns the words in backticks of a line.
pub fn words(line: &str) -> Vec<String> {
    line.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn without_words(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// Splits a row into cells. A bar within backticks or behind a backslash does not end a cell.
fn cells(row: &str) -> Vec<String> {
    let (mut cells, mut cell, mut in_word, mut escaped) = (Vec::new(), String::new(), false, false);
    for character in row.trim().trim_start_matches('|').chars() {
        match character {
            '|' if !in_word && !escaped => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            _ => {
                in_word ^= character == '`';
                cell.push(character);
            }
        }
        escaped = character == '\\';
    }
    cells
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn anchors_are_those_of_github() {
    assert_eq!(anchor("An institution (`institutions.toml`)"), "an-institution-institutionstoml");
    assert_eq!(anchor("カードの発行・更新・失効"), "カードの発行更新失効");
    assert_eq!(anchor("電文（SHK1xxx）"), "電文shk1xxx");
}

#[test]
fn cells_hold_bars_in_words() {
    assert_eq!(cells(r"| `a|b` | c \| d |  |"), ["`a|b`", r"c \| d", ""]);
}
