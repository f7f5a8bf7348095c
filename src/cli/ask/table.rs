//! Renders an answer as a table.

use unicode_width::UnicodeWidthStr;

use crate::language::Language;
use crate::wire::Element;

use super::labels::{meaning, name};

/// Renders an answer as a table with name, value and meaning. Columns align whatever the width of the characters.
pub(super) fn render(answer: &Element, language: Language) -> String {
    let mut rows = Vec::new();
    flatten(answer, 0, language, &mut rows);
    let widest = |column: fn(&Row) -> &str| rows.iter().map(|row| column(row).width()).max().unwrap_or_default();
    let (names, values) = (widest(|row| &row.name), widest(|row| &row.value));
    let mut text = String::new();
    for row in &rows {
        let name_gap = names - row.name.width() + 2;
        let value_gap = values - row.value.width() + 2;
        let line = format!("{}{:name_gap$}{}{:value_gap$}{}", row.name, "", row.value, "", row.meaning);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

struct Row {
    name: String,
    value: String,
    meaning: &'static str,
}

fn flatten(element: &Element, depth: usize, language: Language, rows: &mut Vec<Row>) {
    for child in &element.children {
        let shown = name(&child.name, language);
        let name = format!("{:indent$}{shown}", "", indent = depth * 2);
        if child.children.is_empty() {
            let meaning = meaning(&child.name, &child.text, language);
            rows.push(Row { name, value: child.text.to_string(), meaning });
        } else {
            rows.push(Row { name, value: String::new(), meaning: "" });
            flatten(child, depth + 1, language, rows);
        }
    }
}
