//! Shared parts of the tests: databases, servers, plans, and runs of the program.

#[path = "../../../../tests/it/support/database.rs"]
#[expect(dead_code, reason = "the tests of the server use more of it")]
pub mod database;
pub mod operator;
pub mod population;
pub mod proxy;
pub mod run;
pub mod world;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use shikaku::fixtures::Fixtures;

pub use run::{Finished, Load};
pub use world::World;

/// Returns the root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the project's fixtures.
pub fn fixtures() -> &'static Fixtures {
    static FIXTURES: OnceLock<Fixtures> = OnceLock::new();
    FIXTURES.get_or_init(|| Fixtures::read(&root().join("fixtures")).expect("the fixtures have no faults"))
}

/// Copies a directory, named from the root of the project.
pub fn copied(directory: &str) -> PathBuf {
    let target = scratch("copy");
    let from = format!("{}/.", root().join(directory).display());
    assert!(std::process::Command::new("cp").args(["-a", &from]).arg(&target).status().unwrap().success());
    target
}

/// Creates a new directory below Cargo's directory for tests, unique in this run.
pub fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}
