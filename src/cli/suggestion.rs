//! Makes the command that a demo suggests. It can be pasted as it is into any shell, in any directory.

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::fixtures::Fixtures;

/// The person to ask about if the fixtures have them.
const EXAMPLE: &str = "elderly-2wari-tokyo";

/// The settings that a demo runs with.
pub(super) struct Suggestion<'a> {
    /// The working directory, absolute; the other paths may be relative to it.
    pub directory: &'a Path,
    /// The program.
    pub program: &'a Path,
    /// The directory of the state.
    pub data_dir: &'a Path,
    /// The directory of the fixtures.
    pub fixtures_dir: &'a Path,
    /// The address for terminals.
    pub terminal_addr: SocketAddr,
    /// The address for operators; `None` if they need a token, which must not be printed.
    pub operator_addr: Option<SocketAddr>,
}

impl Suggestion<'_> {
    /// Returns the command line: a question about a person of the fixtures, as an institution that is active on `day`. `None` if
    /// there is no such person or institution.
    pub fn command(&self, fixtures: &Fixtures, day: Date) -> Option<OsString> {
        let valid = || fixtures.people.iter().find(|person| person.expect.validity == "1");
        let person = fixtures.person(EXAMPLE).or_else(valid).or_else(|| fixtures.people.first())?;
        let place = fixtures.institutions.iter().position(|entry| entry.institution.is_active_on(day))?;

        let program = match self.program.strip_prefix(self.directory) {
            Ok(below) => Path::new(".").join(below),
            Err(_) => self.program.to_owned(),
        };
        let mut line = OsString::from("cd ");
        line.push(quoted(self.directory));
        line.push(" && ");
        line.push(quoted(&program));
        line.push(" ask card-number --person ");
        line.push(&person.person.fixture_id);
        if place > 0 {
            line.push(format!(" --institution {}", fixtures.institutions[place].institution.code));
        }
        let mut option = |name: &str, value: &OsStr, usual: &str| {
            if value != usual {
                line.push(format!(" --{name}="));
                line.push(quoted(value));
            }
        };
        option("data-dir", self.data_dir.as_os_str(), ".shikaku");
        option("dir", self.fixtures_dir.as_os_str(), "fixtures");
        let mut address = |name: &str, address: SocketAddr, usual: &str| {
            // The listening address decides: another shell may have it in a variable, and 0.0.0.0 cannot be connected to.
            if address.to_string() != usual {
                option(name, reachable(address).to_string().as_ref(), "");
            }
        };
        address("terminal-addr", self.terminal_addr, "127.0.0.1:8443");
        if let Some(operator_addr) = self.operator_addr {
            address("operator-addr", operator_addr, "127.0.0.1:8080");
            line.push(" --explain");
        }
        Some(line)
    }
}

/// Returns an address at which a program on this machine reaches a listener on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Quotes one word for a POSIX shell.
fn quoted(word: impl AsRef<OsStr>) -> OsString {
    let bytes = word.as_ref().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:,+@".contains(byte);
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return word.as_ref().to_owned();
    }
    let mut quoted = vec![b'\''];
    for byte in bytes {
        // Within single quotes no character is special, and a single quote cannot appear.
        if *byte == b'\'' { quoted.extend(b"'\\''") } else { quoted.push(*byte) }
    }
    quoted.push(b'\'');
    OsString::from_vec(quoted)
}

/// Returns the path of the running program.
pub(super) fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("shikaku"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use jiff::civil::date;

    use super::*;

    fn fixtures() -> Fixtures {
        Fixtures::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap()
    }

    fn usual() -> Suggestion<'static> {
        Suggestion {
            directory: Path::new("/home/tester/shikaku"),
            program: Path::new("/home/tester/shikaku/target/demo/shikaku"),
            data_dir: Path::new(".shikaku"),
            fixtures_dir: Path::new("fixtures"),
            terminal_addr: "127.0.0.1:8443".parse().unwrap(),
            operator_addr: Some("127.0.0.1:8080".parse().unwrap()),
        }
    }

    const DAY: Date = date(2026, 11, 22);

    fn command(suggestion: &Suggestion<'_>, fixtures: &Fixtures) -> Option<String> {
        suggestion.command(fixtures, DAY).map(|line| line.into_string().unwrap())
    }

    #[test]
    fn what_is_usual_is_left_out() {
        assert_eq!(
            command(&usual(), &fixtures()).unwrap(),
            "cd /home/tester/shikaku && ./target/demo/shikaku ask card-number --person elderly-2wari-tokyo --explain"
        );
    }

    #[test]
    fn addresses_are_those_that_a_client_reaches() {
        for (listening, reached) in [
            ("0.0.0.0:8443", "127.0.0.1:8443"),
            ("[::]:8443", "'[::1]:8443'"),
            ("192.168.10.5:9443", "192.168.10.5:9443"),
            ("[fd00::5]:8443", "'[fd00::5]:8443'"),
            ("[fe80::5%2]:8443", "'[fe80::5%2]:8443'"),
        ] {
            let listening = listening.parse().unwrap();
            let suggestion = Suggestion { terminal_addr: listening, operator_addr: Some(listening), ..usual() };
            let line = command(&suggestion, &fixtures()).unwrap();
            let end = format!(" --terminal-addr={reached} --operator-addr={reached} --explain");
            assert!(line.ends_with(&end), "{line}");
        }
        // A user who needs a token for an explanation is not told to ask for one.
        let line = command(&Suggestion { operator_addr: None, ..usual() }, &fixtures()).unwrap();
        assert!(line.ends_with("elderly-2wari-tokyo"), "{line}");
    }

    #[test]
    fn people_and_institutions_are_those_of_the_fixtures() {
        let mut own = fixtures();
        own.people.retain(|person| person.person.fixture_id != EXAMPLE);
        let first_valid = own.people.iter().find(|person| person.expect.validity == "1").unwrap();
        let id = first_valid.person.fixture_id.clone();
        let line = command(&usual(), &own).unwrap();
        assert!(line.contains(&format!(" --person {id} ")), "{line}");
        own.people.retain(|person| person.expect.validity != "1");
        let id = own.people[0].person.fixture_id.clone();
        let line = command(&usual(), &own).unwrap();
        assert!(line.contains(&format!(" --person {id} ")), "{line}");
        // A closed institution is not used.
        let closed = own.institutions.pop().unwrap();
        own.institutions.insert(0, closed);
        let code = own.institutions[1].institution.code;
        let line = command(&usual(), &own).unwrap();
        assert!(line.contains(&format!(" --institution {code} ")), "{line}");
        own.institutions.truncate(1);
        assert_eq!(command(&usual(), &own), None);
        assert_eq!(command(&usual(), &Fixtures { people: Vec::new(), ..fixtures() }), None);
    }

    #[test]
    fn a_shell_reads_every_word_as_it_was() {
        let words: [&[u8]; 10] = [
            b"plain/path",
            b"with blank",
            b"it's",
            b"\"double\"",
            b"$HOME `id` \\",
            b"*?[a]~#!&;|<>()",
            b"--flag",
            b"",
            b"\xff\xfe",
            "資格　確認".as_bytes(),
        ];
        for word in words {
            let mut script = OsString::from("printf %s ");
            script.push(quoted(OsStr::from_bytes(word)));
            let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
            assert_eq!(output.stdout, word, "{word:?}");
        }
    }
}
