//! Tests of the documents: they agree with the code, both languages say the same, links lead somewhere, and commands work.

mod code;
mod commands;
mod errors;
mod languages;
mod links;
mod markdown;
mod people;
mod picture;
mod security;

use markdown::Page;

/// A README has fewer lines than this.
const README_LINES: usize = 200;

#[test]
fn the_readme_is_short() {
    for name in ["README.md", "README.ja.md"] {
        let lines = Page::read(name).text.lines().count();
        assert!(lines < README_LINES, "{name} has {lines} lines");
    }
}

#[test]
fn the_first_version_of_the_changelog_is_that_of_the_program() {
    let page = Page::read("CHANGELOG.md");
    let versions: Vec<&str> = page.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(versions[0], env!("CARGO_PKG_VERSION"));
    let unique: std::collections::HashSet<&&str> = versions.iter().collect();
    assert_eq!(unique.len(), versions.len(), "{versions:?}");
}
