//! The stage: everything that is measured, running at once on ports of its own.

use std::path::Path;

use hyper::body::Bytes;
use shikaku::language::Bilingual;

use crate::cards::Cards;
use crate::nginx::{self, Nginx};
use crate::peers::{self, Peer, Running};
use crate::people::People;
use crate::pgbench::{self, Pgbench};
use crate::server::Server;

/// Why something is not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// It failed.
    Failed(Bilingual),
    /// The machine does not have it.
    Skipped(Bilingual),
}

impl From<Bilingual> for Absent {
    fn from(reason: Bilingual) -> Self {
        Self::Failed(reason)
    }
}

/// Where things are.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The directory of the measurement.
    pub directory: &'a Path,
    /// The installed peers.
    pub peers: &'a Path,
    /// nginx, if it is named.
    pub nginx: Option<&'a Path>,
}

/// Everything that is measured.
pub struct Stage {
    /// The people asked about.
    pub people: People,
    /// The cards of some of them.
    pub cards: Result<Cards, Absent>,
    /// nginx.
    pub nginx: Result<Nginx, Absent>,
    /// pgbench.
    pub pgbench: Result<Pgbench, Absent>,
    /// The peers.
    pub peers: [(Peer, Result<Running, Absent>); 3],
    /// Last, so that it stops after those that use its database.
    pub server: Server,
}

impl Stage {
    /// Starts what can be started beside the server, and compares the answers of all once.
    ///
    /// # Errors
    /// If the server's own answers are not right.
    pub async fn set(
        server: Server,
        people: People,
        cards: Result<Cards, Absent>,
        places: &Places<'_>,
    ) -> Result<Self, Bilingual> {
        let ours = peers::answers(&server, None, &people).await?;
        let nginx = nginx(&server, places, &ours).await;
        let pgbench = match pgbench::find() {
            Err(missing) => Err(Absent::Skipped(missing)),
            Ok(programs) => Pgbench::new(programs, &server, &people, places.directory).await.map_err(Absent::from),
        };
        let [go, node, python] = Peer::ALL;
        let peers = [
            (go, peer(go, &server, &people, &ours, places).await),
            (node, peer(node, &server, &people, &ours, places).await),
            (python, peer(python, &server, &people, &ours, places).await),
        ];
        Ok(Self { people, cards, nginx, pgbench, peers, server })
    }

    /// Returns a peer.
    ///
    /// # Errors
    /// If it does not run.
    pub fn peer(&self, peer: Peer) -> Result<&Running, &Absent> {
        let [go, node, python] = &self.peers;
        match peer {
            Peer::Go => go.1.as_ref(),
            Peer::Node => node.1.as_ref(),
            Peer::Python => python.1.as_ref(),
        }
    }
}

/// Starts nginx with an answer of the middle length.
async fn nginx(server: &Server, places: &Places<'_>, answers: &[Bytes]) -> Result<Nginx, Absent> {
    let program = nginx::find(places.nginx, places.peers).map_err(Absent::Skipped)?;
    let mut answers: Vec<&Bytes> = answers.iter().collect();
    answers.sort_by_key(|answer| answer.len());
    Ok(Nginx::start(&program, &server.pki, answers[answers.len() / 2], places.directory).await?)
}

async fn peer(peer: Peer, server: &Server, people: &People, ours: &[Bytes], places: &Places<'_>) -> Result<Running, Absent> {
    if let Some(reason) = peers::skipped(peer, places.peers) {
        return Err(Absent::Skipped(reason));
    }
    let running = Running::start(peer, server, places.peers, places.directory).await?;
    let theirs = peers::answers(server, Some(&running.address), people).await?;
    peers::compare(ours, &theirs)?;
    Ok(running)
}
