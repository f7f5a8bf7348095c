//! The measured server: the program itself with its private PostgreSQL, which waits for the disk, and a population.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shikaku::domain::InstitutionCode;
use shikaku::language::{Bilingual, Japanese};
use shikaku::pki::PkiFiles;
use shikaku::terminal::Terminal;

use crate::child::{Child, in_session};
use crate::client::broken;
use crate::people::INSTITUTION;

/// The terminal of the institution; the fixtures have it.
const TERMINAL: &str = "reception-1";

/// How long a start may take; the keys of the fixtures' cards are made in it.
const START: Duration = Duration::from_secs(180);

/// A running server.
pub struct Server {
    demo: Child,
    program: PathBuf,
    data: PathBuf,
    directory: PathBuf,
    address: String,
    /// The files of its PKI.
    pub pki: PkiFiles,
    /// The directory of the socket of its PostgreSQL.
    pub socket: PathBuf,
    /// The process of its PostgreSQL.
    pub postmaster: u32,
}

impl Server {
    /// Starts the program on an empty directory below `directory`.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(program: &Path, directory: &Path) -> Result<Self, Bilingual> {
        let data = directory.join("data");
        let mut command = in_session(program);
        command.args(["demo", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--data-dir"]).arg(&data);
        let mut demo = Child::start("shikaku", command, directory)?;
        let ready = demo.line("ready: ", START).await?;
        let words: Vec<&str> = ready.split(' ').collect();
        let after = |word: &str, scheme: &str| {
            let place = words.iter().position(|one| *one == word)?;
            words.get(place + 1)?.strip_prefix(scheme).map(str::to_owned)
        };
        let unknown =
            || Bilingual::from((format!("the ready line is unknown: {ready}"), format!("不明なready行です: {ready}")));
        let address = after("terminals", "https://").ok_or_else(unknown)?;
        let (socket, postmaster) = database(&data)?;
        let pki = PkiFiles::at(&data.join("pki"));
        let (program, directory) = (program.to_owned(), directory.to_owned());
        Ok(Self { demo, program, data, directory, address, pki, socket, postmaster })
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.demo.id()
    }

    /// Returns the terminal that asks, with the address of this server.
    ///
    /// # Errors
    /// If its certificate cannot be read.
    pub fn terminal(&self) -> Result<Terminal, Bilingual> {
        self.terminal_at(&self.address)
    }

    /// Returns the terminal that asks, with the address of another server that has this one's certificate.
    ///
    /// # Errors
    /// If its certificate cannot be read.
    pub fn terminal_at(&self, address: &str) -> Result<Terminal, Bilingual> {
        let institution = InstitutionCode::parse(INSTITUTION)?;
        let (certificate, key) = (self.pki.terminal(&institution, TERMINAL), self.pki.terminal_key(&institution, TERMINAL));
        Terminal::new(address, &self.pki.ca(), Some((&certificate, &key))).map_err(broken)
    }

    /// Makes people in files, and loads them.
    ///
    /// # Errors
    /// If one of them fails.
    pub async fn load(&self, people: u64, files: &Path) -> Result<(), Bilingual> {
        // A thousand people a second are a fraction of what the slowest machine does.
        let within = START + Duration::from_secs(people / 1000);
        let mut generate = in_session(&self.program);
        generate.args(["population", "generate", "--people", &people.to_string(), "--out"]).arg(files);
        Child::start("generate", generate, &self.directory)?.success(within).await?;
        let mut load = in_session(&self.program);
        load.args(["fixtures", "load", "--dir"]).arg(files).arg("--data-dir").arg(&self.data);
        Child::start("load", load, &self.directory)?.success(within).await?;
        Ok(())
    }
}

/// Reads the socket's directory and the process of the private PostgreSQL from its pid file.
fn database(data: &Path) -> Result<(PathBuf, u32), Bilingual> {
    let file = data.join("postgres/cluster/postmaster.pid");
    let shown = file.display();
    let text = fs::read_to_string(&file)
        .map_err(|error| Bilingual::from((format!("{shown}: {error}"), format!("{shown}: {}", error.japanese()))))?;
    let mut lines = text.lines();
    let process = lines.next().and_then(|line| line.parse().ok());
    // Process, data directory, start, port, directory of the socket.
    let socket = lines.nth(3).map(PathBuf::from);
    let unknown = || Bilingual::from((format!("{shown} is unknown"), format!("{shown}を読めません")));
    Ok((socket.ok_or_else(unknown)?, process.ok_or_else(unknown)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_has_the_process_and_the_socket() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/tmp/pid-{}", std::process::id()));
        fs::create_dir_all(data.join("postgres/cluster")).unwrap();
        assert!(database(&data).is_err());
        let text = "4711\n/data/cluster\n1764000000\n5432\n/data/socket\n\n  5432001  7\nready   \n";
        fs::write(data.join("postgres/cluster/postmaster.pid"), text).unwrap();
        assert_eq!(database(&data), Ok((PathBuf::from("/data/socket"), 4711)));
    }
}
