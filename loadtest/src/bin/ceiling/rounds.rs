//! The rounds: each measures every part once, and the next one in the opposite order.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::body::Bytes;
use shikaku::wire::Format;

use crate::client::{Connections, Load, Messages, Way};
use crate::nginx;
use crate::peers::{self, Peer};
use crate::people::Among;
use crate::stage::{Absent, Stage};
use crate::watch::{Measured, Watch};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// shikaku's lookup by what stands on the card.
    ByCardNumber(Format, Among),
    /// shikaku's lookup by マイナンバーカード.
    ByCard(Format),
    /// nginx with a file.
    Nginx,
    /// The statement of a lookup alone.
    Pgbench(Among),
    /// shikaku: a new connection for each lookup.
    Handshakes,
    /// nginx: a new connection for each file.
    NginxHandshakes,
    /// A peer's lookup by what stands on the card.
    Peer(Peer),
}

impl Part {
    /// Every part, in the order of the table.
    pub const ALL: [Self; 14] = [
        Self::Nginx,
        Self::FIRST,
        Self::ByCardNumber(Format::Json, Among::All),
        Self::ByCardNumber(Format::Xml, Among::Hot),
        Self::ByCardNumber(Format::Xml, Among::All),
        Self::ByCard(Format::Json),
        Self::ByCard(Format::Xml),
        Self::Pgbench(Among::Hot),
        Self::Pgbench(Among::All),
        Self::Peer(Peer::Go),
        Self::Peer(Peer::Node),
        Self::Peer(Peer::Python),
        Self::NginxHandshakes,
        Self::Handshakes,
    ];

    /// The lookup that pgbench and the peers are compared with.
    pub const FIRST: Self = Self::ByCardNumber(Format::Json, Among::Hot);

    /// Returns the part of nginx that a part is compared with.
    pub fn of_nginx(self) -> Self {
        match self {
            Self::Handshakes | Self::NginxHandshakes => Self::NginxHandshakes,
            _ => Self::Nginx,
        }
    }
}

/// What is known of a part.
#[derive(Debug, Clone)]
pub enum Known {
    /// It was measured in these rounds.
    Measured(BTreeMap<usize, Measured>),
    /// It was not measured, or no longer.
    Absent(Absent),
}

/// How the rounds are measured.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// How many.
    pub number: usize,
    /// From the first request to the opening of a window.
    pub warm_up: Duration,
    /// The length of a window.
    pub window: Duration,
    /// The challenges that are made for a window of lookups by card. It is shorter if they do not last.
    pub challenges: usize,
    /// Whether the sessions of the measured processes are raised.
    pub raised: bool,
}

impl Rounds {
    /// Measures all parts. A part that fails is not measured again. `told` learns which part is next.
    pub async fn measure(&self, stage: &Stage, results: &mut Vec<(Part, Known)>, mut told: impl FnMut(usize, Part)) {
        results.extend(Part::ALL.map(|part| match absent(stage, part) {
            Some(absent) => (part, Known::Absent(absent.clone())),
            None => (part, Known::Measured(BTreeMap::new())),
        }));
        for round in 0..self.number {
            let mut places: Vec<usize> = (0..results.len()).collect();
            if round % 2 == 1 {
                places.reverse();
            }
            for place in places {
                let (part, known) = &mut results[place];
                let Known::Measured(measured) = known else { continue };
                told(round, *part);
                match self.one(stage, *part, round).await {
                    Ok(one) => {
                        measured.insert(round, one);
                    }
                    Err(absent) => *known = Known::Absent(absent),
                }
            }
        }
    }

    async fn one(&self, stage: &Stage, part: Part, round: usize) -> Result<Measured, Absent> {
        let Stage { server, people, .. } = stage;
        let ours = Watch { server: Some(server.id()), database: Some(server.postmaster), raised: self.raised };
        let kept = Connections::Kept;
        // A round asks about others than the one before, and every server about the same.
        let drawn = |among, format| Messages::again(people.messages(among, format, round as u64));
        let lookup = |terminal, connections, format, among| Load {
            terminal,
            way: Way::Post { path: peers::PATH, format },
            connections,
            messages: drawn(among, format),
            wanted: wanted(format),
        };
        let file = |terminal, connections| Load {
            terminal,
            way: Way::Get { path: nginx::PATH },
            connections,
            messages: Messages::again(vec![Bytes::new()]),
            wanted: wanted(Format::Json),
        };
        let (load, watch) = match part {
            Part::ByCardNumber(format, among) => (lookup(server.terminal()?, kept, format, among), ours),
            Part::Handshakes => (lookup(server.terminal()?, Connections::New, Format::Json, Among::Hot), ours),
            Part::ByCard(format) => {
                let cards = stage.cards.as_ref().map_err(Clone::clone)?;
                let terminal = server.terminal()?;
                let messages = Messages::once(cards.messages(&terminal, format, self.challenges, round).await?);
                let way = Way::Post { path: "/card/lookups", format };
                (Load { terminal, way, connections: kept, messages, wanted: wanted(format) }, ours)
            }
            Part::Nginx | Part::NginxHandshakes => {
                let nginx = stage.nginx.as_ref().map_err(Clone::clone)?;
                let connections = if part == Part::Nginx { kept } else { Connections::New };
                let watch = Watch { server: Some(nginx.id()), database: None, ..ours };
                (file(server.terminal_at(&nginx.address)?, connections), watch)
            }
            Part::Peer(peer) => {
                let running = stage.peer(peer).map_err(Clone::clone)?;
                let terminal = server.terminal_at(&running.address)?;
                (lookup(terminal, kept, Format::Json, Among::Hot), Watch { server: Some(running.id()), ..ours })
            }
            Part::Pgbench(among) => {
                let pgbench = stage.pgbench.as_ref().map_err(Clone::clone)?;
                let watch = Watch { server: None, ..ours };
                return Ok(watch.program(async || pgbench.run(among, self.window, &watch).await).await?);
            }
        };
        Ok(load.measure(self.warm_up, self.window, &watch).await?)
    }
}

/// Returns what every right answer holds.
fn wanted(format: Format) -> &'static str {
    match format {
        Format::Json => "\"QualificationValidity\":\"1\"",
        Format::Xml => "<QualificationValidity>1<",
    }
}

/// Says why a part cannot be measured; nothing if it can.
fn absent(stage: &Stage, part: Part) -> Option<&Absent> {
    match part {
        Part::Nginx | Part::NginxHandshakes => stage.nginx.as_ref().err(),
        Part::Pgbench(_) => stage.pgbench.as_ref().err(),
        Part::ByCard(_) => stage.cards.as_ref().err(),
        Part::Peer(peer) => stage.peer(peer).err(),
        Part::ByCardNumber(..) | Part::Handshakes => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_stands_in_the_table_once_and_nginx_beside_it() {
        for part in Part::ALL {
            assert_eq!(Part::ALL.iter().filter(|other| **other == part).count(), 1, "{part:?}");
            assert!(Part::ALL.contains(&part.of_nginx()));
        }
        assert_eq!(Part::Handshakes.of_nginx(), Part::NginxHandshakes);
        assert_eq!(Part::FIRST.of_nginx(), Part::Nginx);
    }
}
