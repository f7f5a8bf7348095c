//! Identities: as which terminals requests are sent, and over which connections.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use shikaku::domain::InstitutionCode;
use shikaku::fixtures::Table;
use shikaku::terminal::{HttpVersion, Protocols, TlsVersions};

use super::number::count;
use crate::clinics;

/// As which terminals requests are sent, and over which connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPlan {
    /// The directory of the test PKI.
    pub pki: PathBuf,
    /// The institutions whose terminals are used, those of `clinics` among them; empty for all in the directory.
    pub institutions: Vec<InstitutionCode>,
    /// The number of terminals, each with a certificate of its own.
    pub terminals: NonZeroUsize,
    /// The connections of one terminal, each with one request at a time.
    pub connections: NonZeroUsize,
    /// When connections are opened and closed.
    pub policy: ConnectionPolicy,
    /// Versions of TLS and HTTP.
    pub protocols: Protocols,
    /// Whether every second terminal speaks TLS 1.2 alone, and the others 1.3 alone.
    pub mixed_tls: bool,
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

    /// Returns what a terminal speaks, by its place among those of the run.
    #[must_use]
    pub fn protocols_of(&self, place: usize) -> Protocols {
        let tls = match (self.mixed_tls, place % 2) {
            (false, _) => self.protocols.tls,
            (true, 0) => TlsVersions::Only13,
            (true, _) => TlsVersions::Only12,
        };
        Protocols { tls, ..self.protocols }
    }

    /// Returns the words of the plan for when connections are opened and closed, for TLS and for HTTP.
    #[must_use]
    pub fn words(&self) -> [&'static str; 3] {
        let protocols = self.protocols;
        let tls = if self.mixed_tls { Tls::Mixed } else { Tls::Each(protocols.tls) };
        [word_of(&POLICIES, self.policy), word_of(&TLS, tls), word_of(&HTTP, protocols.http)]
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
/// The versions of TLS of terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    /// Every terminal offers these.
    Each(TlsVersions),
    /// Every second terminal speaks 1.2 alone, and the others 1.3 alone.
    Mixed,
}

const TLS: [(&str, Tls); 4] = [
    ("both", Tls::Each(TlsVersions::Both)),
    ("1.2", Tls::Each(TlsVersions::Only12)),
    ("1.3", Tls::Each(TlsVersions::Only13)),
    ("mixed", Tls::Mixed),
];
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
    let mut institutions: Vec<InstitutionCode> = named
        .iter()
        .filter_map(|code| InstitutionCode::parse(code).map_err(|reason| table.fault_at(line, "institutions", reason)).ok())
        .collect();
    if let Some(clinics) = table.number("clinics", count(clinics::MOST)) {
        institutions.extend((0..clinics.get()).map(clinics::code));
    }
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
    let tls = table.word("tls", &TLS).unwrap_or_else(|| Tls::Each(TlsVersions::default()));
    let http = table.word("http", &HTTP).unwrap_or_default();
    let protocols = match tls {
        Tls::Each(tls) => Protocols { tls, http },
        Tls::Mixed => Protocols { http, ..Protocols::default() },
    };
    table.finish();
    Some(IdentityPlan {
        pki: pki.unwrap_or_else(|| PathBuf::from(".shikaku/pki")),
        institutions,
        terminals: terminals?,
        connections,
        policy,
        protocols,
        mixed_tls: tls == Tls::Mixed,
    })
}
