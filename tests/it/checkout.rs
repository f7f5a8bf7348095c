//! A checkout has the same bytes, whatever line ends git is set to.

use std::path::Path;
use std::process::Command;

use crate::support::{root, scratch};

#[test]
fn what_is_read_byte_for_byte_has_no_carriage_returns() {
    for directory in
        ["migrations", "tools", ".sqlx", "fixtures", "fixtures/people", "fixtures/cases", "docs", "docs/pictures", "."]
    {
        for entry in std::fs::read_dir(root().join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.file_name().is_some_and(|name| name != ".git") {
                assert!(!std::fs::read(&path).unwrap().contains(&b'\r'), "{}", path.display());
            }
        }
    }
}

#[test]
fn a_checkout_on_windows_terms_is_the_same() {
    let attributes = std::fs::read_to_string(root().join(".gitattributes")).unwrap();
    assert!(attributes.lines().any(|line| line == "* text=auto eol=lf"), "{attributes}");
    // Two scripts, a migration and a fixture, with the attributes of the project.
    let (files, parent) =
        (["demo", "tools/prepare", "migrations/0001_registry.sql", "fixtures/insurers.toml"], scratch("checkout"));
    let (origin, copy) = (parent.join("origin"), parent.join("copy"));
    git(&parent, &["init", "--quiet", "origin"]);
    for file in files.into_iter().chain([".gitattributes"]) {
        std::fs::create_dir_all(origin.join(file).parent().unwrap()).unwrap();
        std::fs::copy(root().join(file), origin.join(file)).unwrap();
    }
    git(&origin, &["add", "."]);
    git(&origin, &["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "files"]);
    git(&parent, &["clone", "--quiet", "--config", "core.autocrlf=true", "origin", "copy"]);
    for file in files {
        assert!(std::fs::read(copy.join(file)).unwrap() == std::fs::read(root().join(file)).unwrap(), "{file} has changed");
    }
}

fn git(directory: &Path, arguments: &[&str]) {
    let output = Command::new("git").current_dir(directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
