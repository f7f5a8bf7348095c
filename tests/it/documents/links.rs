//! Links and paths in documents lead somewhere, and every document is found from the README.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::markdown::{Page, pages};
use crate::support::root;

/// The starts of paths of the project that a document may name.
const ROOMS: [&str; 10] =
    ["src/", "tests/", "docs/", "fixtures/", "migrations/", "benches/", "fuzz/", "tools/", "loadtest/", "./"];

/// The starts of paths that a demo, a build or a reader makes.
const MADE: [&str; 4] = ["./target/", "./test", "./demo", "loadtest/peers/.runtime"];

/// Resolves `path` from the directory of `page`, below the root of the project.
fn from_page(page: &str, path: &str) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in Path::new(page).parent().unwrap().join(path).components() {
        match part {
            Component::ParentDir => assert!(whole.pop(), "{page}: {path} leads out of the project"),
            Component::Normal(name) => whole.push(name),
            _ => {}
        }
    }
    whole
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        for target in page.targets() {
            if target.starts_with("https://") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if path.is_empty() { PathBuf::from(&page.name) } else { from_page(&page.name, path) };
            if !root().join(&path).exists() {
                wrong.push(format!("{}: there is no {}", page.name, path.display()));
            } else if !anchor.is_empty() && !Page::read(&path.display().to_string()).anchors().contains(anchor) {
                wrong.push(format!("{}: {} has no heading #{anchor}", page.name, path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_path_exists() {
    let mut wrong = Vec::new();
    for page in pages() {
        let paths = page.words().into_iter().filter(|word| ROOMS.iter().any(|room| word.starts_with(room)));
        for word in paths.filter(|word| !MADE.iter().any(|made| word.starts_with(made))) {
            // Documents name a test as file::function and a group of files with a star; arguments may follow.
            let path = word.split([' ', '*', '…']).next().unwrap().split("::").next().unwrap();
            let path = path.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
            if !root().join(path).exists() {
                wrong.push(format!("{}: there is no {path}", page.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_and_picture_is_found_from_the_readme() {
    for start in ["README.md", "README.ja.md"] {
        let (mut found, mut open) = (HashSet::new(), vec![PathBuf::from(start)]);
        while let Some(path) = open.pop() {
            let name = path.display().to_string();
            if found.insert(name.clone()) && name.ends_with(".md") {
                let page = Page::read(&name);
                let targets = page.targets();
                let inside = targets.iter().filter(|target| !target.starts_with("https://") && !target.starts_with('#'));
                open.extend(inside.map(|target| from_page(&name, target.split('#').next().unwrap())));
            }
        }
        for page in pages().iter().filter(|page| !page.name.contains('/') || page.name.starts_with("docs/")) {
            assert!(found.contains(&page.name), "{} is not found from {start}", page.name);
        }
        for entry in std::fs::read_dir(root().join("docs/pictures")).unwrap() {
            let name = format!("docs/pictures/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(found.contains(&name), "{name} is not found from {start}");
        }
    }
}
