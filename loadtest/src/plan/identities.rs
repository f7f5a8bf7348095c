//! Identities: as which terminals requests are sent, and over which connections.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use shikaku::domain::InstitutionCode;
use shikaku::fixtures::Table;
use shikaku::terminal::{HttpVersion, Protocols, TlsVersions};

use super::number::count;

/// As which terminals requests are sent, and over which connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPlan {
    /// The directory of the test PKI.
    pub pki: PathBuf,
    /// The institutions whose terminals are used; empty for all in the directory.
    pub institutions: Vec<InstitutionCode>,
    /// The number of terminals, each with a certificate of its own.
    pub terminals: NonZeroUsize,
    /// The connections of one terminal, each with one request at a time.
    pub connections: NonZeroUsize,
    /// When connections are opened and closed.
    pub policy: ConnectionPolicy,
    /// Versions of TLS and HTTP.
    pub protocols: Protocols,
}

/// When connections are opened and closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionPolicy {
    /// A connection serves one request after the other.
    KeptAlive,
    /// Each request has a new connection, which is closed after it.
    NewForEach,
    /// Each request has a new connection, which the terminal never closes, as some clients forget to. The oldest one is closed when
    /// [`ConnectionPolicy::LEFT_OPEN`] others of the same place are open, so that memory is bounded.
    NeverClosed,
}

impl IdentityPlan {
    /// Returns the connections that may be open at once.
    #[must_use]
    pub fn open_at_once(&self) -> usize {
        let left_open = if self.policy == ConnectionPolicy::NeverClosed { ConnectionPolicy::LEFT_OPEN } else { 0 };
        self.terminals.get().saturating_mul(self.connections.get()).saturating_mul(1 + left_open)
    }

    /// Returns the words of the plan for when connections are opened and closed, for TLS and for HTTP.
    #[must_use]
    pub fn words(&self) -> [&'static str; 3] {
        let protocols = self.protocols;
        [word_of(&POLICIES, self.policy), word_of(&TLS, protocols.tls), word_of(&HTTP, protocols.http)]
    }
}

fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

impl ConnectionPolicy {
    /// The connections that are left open behind one.
    pub const LEFT_OPEN: usize = 20;
}

const POLICIES: [(&str, ConnectionPolicy); 3] = [
    ("kept-alive", ConnectionPolicy::KeptAlive),
    ("new-for-each", ConnectionPolicy::NewForEach),
    ("never-closed", ConnectionPolicy::NeverClosed),
];
const TLS: [(&str, TlsVersions); 3] =
    [("both", TlsVersions::Both), ("1.2", TlsVersions::Only12), ("1.3", TlsVersions::Only13)];
const HTTP: [(&str, HttpVersion); 2] = [("1.1", HttpVersion::Http1), ("2", HttpVersion::Http2)];

const MOST_TERMINALS: usize = 100_000;
const MOST_CONNECTIONS: usize = 1000;
/// The most connections of all terminals: more are no use, for a machine has 28,000 ports towards one address.
const MOST_IN_ALL: usize = 28_000;

pub(super) fn read(mut table: Table<'_>) -> Option<IdentityPlan> {
    let pki = table.parse("pki", |text| {
        let wanted = ("must be a directory such as \".shikaku/pki\"", "\".shikaku/pki\"のようなディレクトリーです");
        if text.is_empty() { Err(wanted) } else { Ok(PathBuf::from(text)) }
    });
    let line = table.line_of("institutions");
    let named = table.texts("institutions").unwrap_or_default();
    let institutions: Vec<InstitutionCode> = named
        .iter()
        .filter_map(|code| InstitutionCode::parse(code).map_err(|reason| table.fault_at(line, "institutions", reason)).ok())
        .collect();
    let lines = (table.line_of("terminals"), table.line_of("connections_each"));
    let terminals = table.require_number("terminals", count(MOST_TERMINALS));
    let connections = table.number("connections_each", count(MOST_CONNECTIONS)).unwrap_or(NonZeroUsize::MIN);
    if let Some(terminals) = terminals
        && terminals.saturating_mul(connections).get() > MOST_IN_ALL
    {
        table.fault(
            lines.0.max(lines.1),
            (
                format!("`terminals` times `connections_each` is more than {MOST_IN_ALL}, the ports that a machine has"),
                format!("`terminals`×`connections_each`が、1台で使えるポートの数{MOST_IN_ALL}を超えています"),
            ),
        );
    }
    let policy = table.word("connections", &POLICIES).unwrap_or(ConnectionPolicy::KeptAlive);
    let protocols =
        Protocols { tls: table.word("tls", &TLS).unwrap_or_default(), http: table.word("http", &HTTP).unwrap_or_default() };
    table.finish();
    Some(IdentityPlan {
        pki: pki.unwrap_or_else(|| PathBuf::from(".shikaku/pki")),
        institutions,
        terminals: terminals?,
        connections,
        policy,
        protocols,
    })
}
