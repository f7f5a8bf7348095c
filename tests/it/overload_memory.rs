//! Masses of request heads whose bodies never come: a connection and a held request cost little memory.
//!
//! `cargo bench --bench overload` measures the full number of connections. This test opens fewer, with a bound for each.

#![cfg(target_os = "linux")]

use shikaku::domain::InstitutionCode;
use tokio::net::TcpStream;

use crate::bulk_memory::{identity, peak};
use crate::support::database::TestDatabase;
use crate::support::fixtures;
use crate::support::h2::H2;
use crate::support::process::Program;
use crate::support::world::shared_pki;

const CONNECTIONS: usize = 160;

/// Heads on a connection: as many as the server allows at once.
const HEADS: usize = 16;

/// The most that a connection with all these heads may cost, in bytes. Before requests were held back, one head alone cost
/// as much. All 4,096 connections hold at most three requests each, and so stay well below 300 MB together.
const MOST: u64 = 128 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn heads_without_bodies_cost_little() {
    let database = TestDatabase::new().await;
    let server = Program::serve(&database.url(), shared_pki().root(), &[]);
    let open = fixtures().institutions.iter().filter(|entry| entry.institution.active_through.is_none());
    let codes: Vec<InstitutionCode> = open.map(|entry| entry.institution.code).collect();
    let at_rest = peak(&server);
    let mut held = Vec::new();
    for place in 0..CONNECTIONS {
        let (certificate, key) = identity(codes[place % codes.len()].as_str());
        let stream = TcpStream::connect(&server.terminal_addr).await.unwrap();
        let stream = crate::tls::stream_over(stream, &shared_pki().ca(), (&certificate, &key), "h2").await;
        let mut connection = H2::over(stream, 65_535).await;
        for _ in 0..HEADS {
            let (body, reply) = connection.post_head("OQSsiquc01", "application/json").await;
            held.push((body, tokio::spawn(reply)));
        }
    }
    // The last heads are still on their way.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let early = held.iter().filter(|(_, reply)| reply.is_finished()).count();
    let each = (peak(&server) - at_rest) / CONNECTIONS as u64;
    println!("{each} bytes a connection with {HEADS} heads");
    assert_eq!(early, 0, "so many were refused, and cost nothing");
    assert!(each < MOST, "{each} bytes a connection");
    drop(server);
    database.drop().await;
}
