//! pgbench: the statement of a lookup by card number, prepared, one key at a time, on the same database.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use shikaku::language::Bilingual;

use crate::child::{Child, in_session};
use crate::people::{Among, INSTITUTION, People, search_key};
use crate::server::Server;
use crate::watch::Watch;

/// Clients of pgbench, and its threads.
pub const CLIENTS: u32 = 8;
const THREADS: u32 = 1;

/// How long a command may take, besides its own time.
const COMMAND: Duration = Duration::from_secs(300);

/// How long it may take until all clients are connected.
const CONNECTING: Duration = Duration::from_millis(200);

/// Where the statements of the server are kept, below the root of the project, and what tells the one of the lookup.
const STATEMENTS: &str = ".sqlx";
const OF_LOOKUP: &str = "join coverage on coverage.search_key = asked.search_key and coverage.birth_on = asked.birth_on";

/// The database's tools, with a table of keys.
pub struct Pgbench {
    programs: PathBuf,
    socket: PathBuf,
    directory: PathBuf,
    script: PathBuf,
    hot: usize,
    all: usize,
}

impl Pgbench {
    /// Makes the table of keys and the script.
    ///
    /// # Errors
    /// If the tools are missing, or the database refuses.
    pub async fn new(programs: PathBuf, server: &Server, people: &People, directory: &Path) -> Result<Self, Bilingual> {
        let statement = statement(Path::new(STATEMENTS))?;
        let (script, keys) = (directory.join("lookup.sql"), directory.join("keys.tsv"));
        fs::write(&script, script_text(&statement))?;
        let mut rows = String::new();
        for (id, ask) in (1..).zip(people.among(Among::All)) {
            let (key, birth_on) = (search_key(ask)?, ask.birth_on);
            let _ = writeln!(rows, "{id}\t{}\t{birth_on}", escaped(&key));
        }
        fs::write(&keys, rows)?;
        let pgbench = Self {
            programs,
            socket: server.socket.clone(),
            directory: directory.to_owned(),
            script,
            hot: people.among(Among::Hot).len(),
            all: people.among(Among::All).len(),
        };
        let copy = format!("\\copy ceiling.key from '{}'", keys.display());
        for statement in [
            "create schema ceiling",
            "create table ceiling.key (id integer primary key, search_key text not null, birth_on date not null)",
            copy.as_str(),
            "vacuum analyze ceiling.key",
        ] {
            pgbench.ask(statement).await?;
        }
        Ok(pgbench)
    }

    /// Returns what a statement prints.
    ///
    /// # Errors
    /// If it fails.
    pub async fn ask(&self, statement: &str) -> Result<String, Bilingual> {
        let mut psql = self.command("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, "postgres"]);
        let output = Child::start("psql", psql, &self.directory)?.success(COMMAND).await?;
        Ok(output.trim().to_owned())
    }

    /// Runs the lookup for so long, in whole seconds; returns the number of lookups, and how many they were a second.
    ///
    /// # Errors
    /// If pgbench fails.
    pub async fn run(&self, among: Among, time: Duration, watch: &Watch) -> Result<(u64, f64), Bilingual> {
        let keys = match among {
            Among::Hot => self.hot,
            Among::All => self.all,
        };
        let seconds = time.as_secs().max(1).to_string();
        let mut pgbench = self.command("pgbench");
        // The server's own connections plan once, for any key.
        pgbench.env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan");
        pgbench.args(["-n", "-M", "prepared", "-c", &CLIENTS.to_string(), "-j", &THREADS.to_string(), "-T", &seconds]);
        pgbench.args(["-D", &format!("keys={keys}"), "-f"]).arg(&self.script).arg("postgres");
        let running = Child::start("pgbench", pgbench, &self.directory)?;
        // The database has a process for each client by then.
        tokio::time::sleep(CONNECTING).await;
        watch.raise(Some(running.id()))?;
        let output = running.success(COMMAND + time).await?;
        let unknown =
            || Bilingual::from((format!("pgbench printed {output}"), format!("pgbenchの出力が不明です: {output}")));
        figures(&output).ok_or_else(unknown)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = in_session(&self.programs.join(program));
        command.env("PGHOST", &self.socket).env("PGUSER", "shikaku").env("PGPORT", "5432");
        command
    }
}

/// Finds the directory with pgbench and psql: `$PG_BIN`, where Debian puts them, or PATH.
///
/// # Errors
/// If there is none.
pub fn find() -> Result<PathBuf, Bilingual> {
    let has_both = |place: &PathBuf| ["pgbench", "psql"].iter().all(|name| place.join(name).is_file());
    let mut of_debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    of_debian.sort();
    let given = std::env::var_os("PG_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = given.into_iter().chain(of_debian.into_iter().rev()).chain(std::env::split_paths(&path));
    let missing = || Bilingual::from(("pgbench and psql are not installed", "pgbenchとpsqlがインストールされていません"));
    places.into_iter().find(has_both).ok_or_else(missing)
}

/// Finds the statement of the lookup among those of the server.
fn statement(directory: &Path) -> Result<String, Bilingual> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let text = fs::read_to_string(entry?.path())?;
        let query = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|query| Some(query["query"].as_str()?.to_owned()));
        found.extend(query.filter(|query| query.contains(OF_LOOKUP)));
    }
    let count = found.len();
    let one = <[String; 1]>::try_from(found).map(|[one]| one);
    one.map_err(|_| {
        (format!("{STATEMENTS} has {count} statements of the lookup"), format!("{STATEMENTS}に照会の文が{count}個あります"))
            .into()
    })
}

/// Writes the script: draws a key, and looks it up as the server does. The key is read from its table in the same statement.
fn script_text(statement: &str) -> String {
    let mut query = statement.to_owned();
    // The longer ones first, so that no cast is left over.
    for (parameter, value) in [
        ("$4::text[]", format!("array['{INSTITUTION}']")),
        ("$3::date[]", "array[(select birth_on from drawn)]".to_owned()),
        ("$2::text[]", "array[(select search_key from drawn)]".to_owned()),
        ("$1::bigint[]", "array[1::bigint]".to_owned()),
    ] {
        query = query.replace(parameter, &value);
    }
    format!(
        "\\set id random(1, :keys)\nwith drawn as materialized (select search_key, birth_on from ceiling.key where id = :id)\n{};\n",
        query.trim()
    )
}

/// Writes a text as COPY reads it. Keys hold no control characters but the unit separator, which needs no escape.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// Reads the number of transactions and those a second.
fn figures(output: &str) -> Option<(u64, f64)> {
    let after = |begin: &str| output.lines().find_map(|line| line.strip_prefix(begin));
    let done = after("number of transactions actually processed: ")?.split('/').next()?.parse().ok()?;
    let rate = after("tps = ")?.split(' ').next()?.parse().ok()?;
    Some((done, rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_pgbench_are_read() {
        let output = "pgbench (15.18)\nnumber of clients: 8\nnumber of transactions actually processed: 12345\n\
                      number of failed transactions: 0 (0.000%)\nlatency average = 0.4 ms\ntps = 19876.5 (without initial connection time)\n";
        assert_eq!(figures(output), Some((12_345, 19_876.5)));
        assert_eq!(figures("tps = 1"), None);
    }

    #[test]
    fn the_script_asks_the_statement_of_the_server_about_one_key() {
        let statement = statement(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(STATEMENTS)).unwrap();
        let script = script_text(&statement);
        assert!(statement.contains("$4::text[]") && !script.contains('$'), "{script}");
        assert!(script.contains(OF_LOOKUP) && script.starts_with("\\set id random(1, :keys)\n") && script.ends_with(";\n"));
    }

    #[test]
    fn keys_survive_the_copy() {
        assert_eq!(escaped("01\u{1f}a\\b\tc"), "01\u{1f}a\\\\b\\tc");
    }
}
