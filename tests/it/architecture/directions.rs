//! Imports go one way: between the modules of the crate as a table says, and between files without circles.

use std::collections::BTreeSet;

use super::circles::{chain, circles};
use super::imports::{Uses, lost_paths, uses};
use super::source::{Source, Tests};
use super::{module_of, source_files};

/// The modules that each module imports, its tests included; no more and no fewer.
const IMPORTS: [(&str, &str); 27] = [
    ("language", ""),
    ("domain", "language"),
    ("rules", "domain language"),
    ("decide", "domain rules"),
    ("wire", "domain decide"),
    ("calculator", "domain rules wire language"),
    ("cases", "domain rules wire calculator language"),
    ("clock", "domain"),
    ("config", "language"),
    ("metrics", ""),
    ("postgres", "language"),
    ("telemetry", ""),
    ("command_line", "pki language"),
    ("shares", "domain"),
    ("terminal", "domain language"),
    ("pki", "domain clock language"),
    ("store", "domain language"),
    ("fixtures", "domain wire store pki language"),
    ("mass", "domain wire store fixtures language"),
    ("population", "domain rules decide wire mass store language"),
    ("identity", "domain pki shares clock config metrics language"),
    ("query", "domain decide store identity clock config metrics"),
    ("jobs", "domain decide wire store query clock config metrics"),
    ("exchange", "domain decide wire identity query shares clock config metrics"),
    ("http", "domain rules decide wire calculator identity query exchange clock config metrics"),
    ("app", "store pki identity query jobs exchange http clock config metrics language"),
    (
        "cli",
        "domain decide wire calculator cases store pki fixtures mass population query jobs http app terminal postgres telemetry command_line \
         clock config metrics language",
    ),
];

/// Returns which module imports which, and in which files.
fn imports_of_modules() -> Uses {
    let mut imports = Uses::new();
    for (from, to) in uses(&Source::parse(&source_files(), Tests::Count)).into_keys() {
        let modules = (module_of(&from).to_owned(), module_of(&to).to_owned());
        if modules.0 != modules.1 {
            imports.entry(modules).or_default().insert(format!("src/{from} uses src/{to}"));
        }
    }
    imports
}

#[test]
fn each_module_imports_what_its_row_says() {
    let imports = imports_of_modules();
    let mut wrong = Vec::new();
    for ((from, to), places) in &imports {
        match IMPORTS.iter().find(|(module, _)| module == from) {
            None => wrong.push(format!("{from} has no row")),
            Some((_, row)) if !row.split(' ').any(|module| module == to) => {
                wrong.push(format!("{from} must not import {to}: {}", Vec::from_iter(places.clone()).join(", ")));
            }
            Some(_) => {}
        }
    }
    for (module, row) in IMPORTS {
        let named = row.split(' ').filter(|to| !to.is_empty());
        let unused = named.filter(|to| !imports.contains_key(&(module.to_owned(), (*to).to_owned())));
        wrong.extend(unused.map(|to| format!("{module} no longer imports {to}: its row says too much")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_row() {
    let present: BTreeSet<String> = source_files().keys().map(|file| module_of(file).to_owned()).collect();
    let rows: BTreeSet<String> = IMPORTS.iter().map(|(module, _)| (*module).to_owned()).collect();
    let programs = ["lib", "main"].map(str::to_owned);
    assert_eq!(present.into_iter().filter(|module| !programs.contains(module)).collect::<BTreeSet<_>>(), rows);
}

#[test]
fn no_module_stands_on_a_circle() {
    let imports = imports_of_modules();
    let found: Vec<String> = circles(&imports).iter().map(|circle| chain(circle, &imports)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_stands_on_a_circle() {
    let uses = uses(&Source::parse(&source_files(), Tests::LeftOut));
    let found: Vec<String> = circles(&uses).iter().map(|circle| chain(circle, &uses)).collect();
    assert!(found.is_empty(), "{} circles of files in src:\n{}", found.len(), found.join("\n"));
}

#[test]
fn nothing_reaches_past_its_parent() {
    let source = Source::parse(&source_files(), Tests::Count);
    let mut wrong = Vec::new();
    for module in &source.modules {
        let paths = module.imports.iter().map(|import| &import.path).chain(&module.mentions);
        let escapes = paths.filter(|path| path.iter().filter(|name| *name == "super").count() > 1);
        wrong.extend(escapes.map(|path| format!("src/{}: {}; begin with crate::", module.file, path.join("::"))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_path_within_the_crate_is_followed() {
    let lost = lost_paths(&Source::parse(&source_files(), Tests::Count));
    assert!(lost.is_empty(), "the test of circles does not see where these lead:\n{}", lost.join("\n"));
}
