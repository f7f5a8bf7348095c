//! The peers: servers that a user would write instead, each on the same database; see `loadtest/peers/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hyper::body::Bytes;
use serde_json::Value;
use shikaku::language::Bilingual;
use shikaku::wire::Format;
use shikaku_load::answer::Expected;

use crate::child::{Child, in_session};
use crate::client::{Way, ask, broken};
use crate::people::{People, message};
use crate::server::Server;

/// How long a start may take.
const START: Duration = Duration::from_secs(90);

/// The path of lookups by card number, which is the same for shikaku and the peers.
pub const PATH: &str = "/oqs/OQSsiquc01";

/// A peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// net/http and pgx.
    Go,
    /// Fastify and pg.
    Node,
    /// FastAPI and asyncpg.
    Python,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Go, Self::Node, Self::Python];

    /// Returns the name that `loadtest/peers/start` knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// Returns the name of what runs it.
    pub fn runtime(self) -> &'static str {
        match self {
            Self::Go => "Go",
            Self::Node => "Node.js",
            Self::Python => "Python",
        }
    }

    /// Returns what it is made of.
    pub fn made_of(self) -> &'static str {
        match self {
            Self::Go => "Go net/http + pgx",
            Self::Node => "Node Fastify + pg",
            Self::Python => "Python FastAPI + asyncpg",
        }
    }

    /// Returns the version of what runs it; none if it does not tell.
    pub fn version(self, runtime: &Path) -> Option<String> {
        let (program, argument) = match self {
            Self::Go => (PathBuf::from("go"), "version"),
            Self::Node => (PathBuf::from("node"), "--version"),
            Self::Python => (runtime.join("python/bin/python"), "--version"),
        };
        let output = Command::new(program).arg(argument).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.split_whitespace().find(|word| word.bytes().any(|byte| byte.is_ascii_digit()))?;
        Some(version.trim_start_matches("go").trim_start_matches('v').to_owned())
    }
}

/// A running peer.
pub struct Running {
    child: Child,
    /// Its address.
    pub address: String,
}

/// Says why a peer is not installed; nothing if it is.
pub fn skipped(peer: Peer, runtime: &Path) -> Option<Bilingual> {
    if runtime.join(peer.name()).join("installed").exists() {
        return None;
    }
    let reason = fs::read_to_string(runtime.join(format!("{}.skipped", peer.name()))).ok();
    let reason = reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let usual = (
        "not installed; loadtest/peers/install does it",
        "インストールされていません（loadtest/peers/installで入れられます）",
    );
    Some(reason.map_or_else(|| usual.into(), |reason| (reason.to_owned(), reason.to_owned()).into()))
}

impl Running {
    /// Starts a peer on the database of the server, with the server's certificate.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(peer: Peer, server: &Server, runtime: &Path, directory: &Path) -> Result<Self, Bilingual> {
        let start = Path::new("loadtest/peers/start").canonicalize()?;
        let mut command = in_session(&start);
        command.arg(peer.name()).arg(runtime.canonicalize()?);
        command.env("PGHOST", &server.socket).env("PGUSER", "shikaku").env("PGDATABASE", "postgres").env("PGPORT", "5432");
        command.env("PEER_PORT", "0").env("PEER_CERT", server.pki.server()).env("PEER_KEY", server.pki.server_key());
        command.env("PEER_CLIENT_CA", server.pki.ca());
        let mut child = Child::start(peer.name(), command, directory)?;
        let port = child.line("ready: ", START).await?;
        Ok(Self { child, address: format!("127.0.0.1:{port}") })
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

/// Asks a server about the first people; checks the answers, and returns them.
///
/// # Errors
/// If an answer is not right, and which of its elements.
pub async fn answers(server: &Server, address: Option<&str>, people: &People) -> Result<Vec<Bytes>, Bilingual> {
    let terminal = match address {
        Some(address) => server.terminal_at(address)?,
        None => server.terminal()?,
    };
    let way = Way::Post { path: PATH, format: Format::Json };
    let mut connection = terminal.connect().await.map_err(broken)?;
    let mut answers = Vec::new();
    for (about, expected) in people.compared() {
        let reply = ask(&mut connection, &way, message(about, Format::Json)).await.map_err(broken)?;
        check(expected, reply.status.is_success(), &reply.body)?;
        answers.push(reply.body);
    }
    Ok(answers)
}

fn check(expected: &Expected, is_success: bool, body: &[u8]) -> Result<(), Bilingual> {
    let wrong = expected.differences(Format::Json, body);
    match (is_success, wrong.first()) {
        (true, None) => Ok(()),
        (_, Some(difference)) => Err(differs(&difference.element)),
        (false, None) => Err(differs("(status)")),
    }
}

/// Compares the answers of a peer with those of shikaku, but for the times at which they were made and for what peers leave out.
///
/// # Errors
/// If one differs, and in which element.
pub fn compare(ours: &[Bytes], theirs: &[Bytes]) -> Result<(), Bilingual> {
    for (place, ours) in ours.iter().enumerate() {
        let theirs = theirs.get(place).map(|theirs| serde_json::from_slice::<Value>(theirs).unwrap_or_default());
        let ours: Value = serde_json::from_slice(ours).unwrap_or_default();
        if let Some(element) = difference("", &ours, &theirs.unwrap_or_default()) {
            return Err(differs(&element));
        }
    }
    Ok(())
}

/// Elements that hold the time of the answer.
const TIMES: [&str; 2] = ["ProcessExecutionTime", "LimitApplicationCertificateRelatedConsTime"];

/// Elements that peers leave out, as their README says: whether somebody is of pre-school age.
const LEFT_OUT: [&str; 1] = ["PreschoolClassification"];

/// Returns the first element that differs, by its path.
fn difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            if let Some(more) = theirs.keys().find(|name| !ours.contains_key(*name)) {
                return Some(format!("{path}/{more}"));
            }
            let inner = |(name, ours): (&String, &Value)| {
                let path = format!("{path}/{name}");
                match theirs.get(name) {
                    Some(_) if TIMES.contains(&name.as_str()) => None,
                    Some(theirs) => difference(&path, ours, theirs),
                    None => (!LEFT_OUT.contains(&name.as_str())).then_some(path),
                }
            };
            ours.iter().find_map(inner)
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).find_map(|(ours, theirs)| difference(path, ours, theirs))
        }
        _ => (ours != theirs).then(|| path.to_owned()),
    }
}

/// Names the element, never what it holds.
fn differs(element: &str) -> Bilingual {
    (format!("an answer is not right: {element}"), format!("正しくない回答です: {element}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(time: &str, name: &str) -> Bytes {
        let header = format!("{{\"ProcessExecutionTime\":\"{time}\",\"SegmentOfResult\":\"1\"}}");
        format!("{{\"XmlMsg\":{{\"MessageHeader\":{header},\"ResultList\":[{{\"Name\":\"{name}\"}}]}}}}").into()
    }

    #[test]
    fn answers_are_the_same_but_for_the_time() {
        let ours = [answer("20261201093015", "A")];
        let told = |theirs: &[Bytes]| compare(&ours, theirs).map_err(|error| error.to_string());
        assert_eq!(told(&[answer("20261201093016", "A")]), Ok(()));
        let differs = |element| Err(format!("an answer is not right: {element}"));
        assert_eq!(told(&[answer("20261201093015", "B")]), differs("/XmlMsg/ResultList/Name"));
        let more =
            br#"{"XmlMsg":{"MessageHeader":{"ProcessExecutionTime":"","SegmentOfResult":"1","More":""},"ResultList":[]}}"#;
        assert_eq!(told(&[Bytes::from_static(more)]), differs("/XmlMsg/MessageHeader/More"));
        let less = br#"{"XmlMsg":{"MessageHeader":{"SegmentOfResult":"1"},"ResultList":[]}}"#;
        assert_eq!(told(&[Bytes::from_static(less)]), differs("/XmlMsg/MessageHeader/ProcessExecutionTime"));
        assert_eq!(told(&[]), differs(""));
    }
}
