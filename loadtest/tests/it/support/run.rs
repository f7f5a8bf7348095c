//! Runs of the program, and their results.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::world::shared_pki;
use super::{root, scratch};

/// A run of the program that is not started yet.
pub struct Load {
    pub command: Command,
    pub out: PathBuf,
}

/// A run that has ended.
pub struct Finished {
    pub code: Option<i32>,
    pub table: String,
    pub errors: String,
    /// The results for programs; null if there are none.
    pub results: Value,
}

/// Returns a command that runs the program in the project's root, without variables that would change its language.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shikaku-load"));
    command.current_dir(root());
    for name in ["LANG", "LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    command
}

/// Writes a plan of a stage with a mix of its own, as [`plan`] does.
pub fn mix(stage: &str, mix: &str, more: &str) -> PathBuf {
    let file = plan(stage, more);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen(USUAL_MIX, mix, 1)).unwrap();
    file
}

/// The mix of most tests.
const USUAL_MIX: &str = "[[mix]]\nscenario = \"by_card_number\"\nweight = 1\n";

/// Writes a plan of a stage, with more sections behind it. A key that stands in `more` is not given twice.
pub fn plan(stage: &str, more: &str) -> PathBuf {
    let file = scratch("plan").join("plan.toml");
    let identities =
        if more.contains("[identities]") { "" } else { "[identities]\ninstitutions = [\"1310012344\"]\nterminals = 2\n" };
    let people = if more.contains("[people]") { "" } else { "[people]\ndirectory = \"fixtures\"\n" };
    // The machine of the tests is busy with others.
    let thresholds =
        if more.contains("[thresholds]") { "" } else { "[thresholds]\nrate_achieved = 0.5\nsender_late_p99_ms = 1000\n" };
    let text = format!(
        "name = \"test\"\n{identities}{people}[[mix]]\nscenario = \"by_card_number\"\nweight = 1\n[[stage]]\nname = \"only\"\n\
         {stage}\n{thresholds}{more}\n"
    );
    std::fs::write(&file, text).unwrap();
    file
}

impl Load {
    /// Prepares the run of a plan against a server, with the terminals of the tests.
    pub fn of(plan: &Path, server: SocketAddr) -> Self {
        let out = scratch("results");
        let mut command = command();
        command.arg("run").arg(plan).args(["--target", &server.to_string()]);
        command.arg("--pki").arg(shared_pki().root()).arg("--out").arg(&out);
        Self { command, out }
    }

    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn start(mut self) -> Started {
        let child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Started { child, out: self.out }
    }

    /// Runs it to its end, without holding up the servers of this process.
    pub async fn finish(self) -> Finished {
        self.start().finish().await
    }
}

/// A run under way.
pub struct Started {
    pub child: Child,
    out: PathBuf,
}

impl Started {
    pub async fn finish(self) -> Finished {
        let Self { child, out } = self;
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        Finished::of(&output, &out)
    }
}

impl Finished {
    pub fn of(output: &Output, out: &Path) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let results = std::fs::read(out.join("results.json")).ok().filter(|bytes| !bytes.is_empty());
        Self {
            code: output.status.code(),
            table: text(&output.stdout),
            errors: text(&output.stderr),
            results: results.map(|bytes| serde_json::from_slice(&bytes).unwrap()).unwrap_or_default(),
        }
    }

    /// Returns a number of the stages that count.
    pub fn count(&self, key: &str) -> u64 {
        self.results["measured"][key].as_u64().unwrap_or_else(|| panic!("no {key}:\n{}\n{}", self.table, self.errors))
    }

    /// Returns a time of the stages that count.
    pub fn ms(&self, times: &str, quantile: &str) -> f64 {
        let found = self.results["measured"][times][quantile].as_f64();
        found.unwrap_or_else(|| panic!("no {quantile} of {times}:\n{}\n{}", self.table, self.errors))
    }

    /// Returns the keys of the thresholds that were missed.
    pub fn missed(&self) -> Vec<&str> {
        let all = self.results["thresholds"].as_array().unwrap();
        all.iter().filter(|one| one["met"] == false).map(|one| one["key"].as_str().unwrap()).collect()
    }

    /// Panics unless every request that was due is accounted for once.
    pub fn assert_accounted(&self) {
        let parts = ["answered", "failed", "not_sent", "cut_off"];
        let sum: u64 = parts.iter().map(|key| self.count(key)).sum();
        assert_eq!(sum, self.count("due"), "{}", self.table);
    }
}
