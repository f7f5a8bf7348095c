//! Ten files of 10,000 people at once, beside bodies without end: the server's memory stays within a bound.
//!
//! `cargo test --release --test it bulk_memory -- --nocapture` prints the memory used.

#![cfg(target_os = "linux")]

use std::path::PathBuf;

use shikaku::domain::InstitutionCode;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::bulk::{Clinic, file_of, parse, text};
use crate::support::database::TestDatabase;
use crate::support::fixtures;
use crate::support::process::Program;
use crate::support::world::shared_pki;
use crate::tls::http1_stream_to;

const MIB: u64 = 1024 * 1024;

/// The most memory that the server may hold: 150 MB, the bound that was set for it.
const MOST: u64 = 150 * 1_000_000;

const PERSONS: usize = 10_000;

/// The most that a peer without end sends; the server must stop it before.
const ENDLESS: u64 = 256 * MIB;

#[tokio::test(flavor = "multi_thread")]
async fn ten_large_files_and_endless_bodies() {
    let database = TestDatabase::new().await;
    let server = Program::serve(&database.url(), shared_pki().root(), &[]);
    let at_rest = peak(&server);
    // Nine institutions are open; the first sends two files.
    let open = fixtures().institutions.iter().filter(|entry| entry.institution.active_through.is_none());
    let codes: Vec<String> = open.map(|entry| entry.institution.code.to_string()).collect();
    let clinics: Vec<String> = codes.iter().chain(&codes).take(10).cloned().collect();
    let ids: Vec<&str> = fixtures().people.iter().map(|person| person.person.fixture_id.as_str()).collect();
    let many: Vec<&str> = ids.iter().cycle().take(PERSONS).copied().collect();
    let mut files = Vec::new();
    for code in &clinics {
        let (certificate, key) = identity(code);
        let terminal = Terminal::new(&server.terminal_addr, &shared_pki().ca(), Some((&certificate, &key))).unwrap();
        let connection = terminal.connect().await.unwrap();
        files.push((Clinic { code: code.clone(), connection }, file_of(&many, code, "LARGE", Format::Xml)));
    }
    let uploads: Vec<_> = files
        .into_iter()
        .map(|(mut clinic, file)| {
            tokio::spawn(async move {
                let number = clinic.upload_as("OQSmuquc01", Format::Xml, file).await;
                (clinic, number)
            })
        })
        .collect();
    let endless: Vec<_> =
        codes.iter().map(|code| tokio::spawn(send_without_end(server.terminal_addr.clone(), code.clone()))).collect();
    let mut results = Vec::new();
    for (place, upload) in uploads.into_iter().enumerate() {
        let (mut clinic, number) = upload.await.unwrap();
        // Every second result is fetched in another format than the kept one.
        let format = if place % 2 == 0 { Format::Xml } else { Format::Json };
        results.push(tokio::spawn(async move {
            let reply = clinic.result_as("OQSmuquc02", format, &number).await;
            let answer = parse(format, &reply.body);
            (
                text(&answer, "SegmentOfResult").map(str::to_owned),
                text(&answer, "NumberOfNormalProcessing").map(str::to_owned),
            )
        }));
    }
    for result in results {
        assert_eq!(result.await.unwrap(), (Some("1".to_owned()), Some(PERSONS.to_string())));
    }
    for peer in endless {
        assert_eq!(peer.await.unwrap(), Some(413), "told that this is too long");
    }
    let peak = peak(&server);
    println!("server memory: {:.1} MiB at rest, {:.1} MiB at most", at_rest as f64 / MIB as f64, peak as f64 / MIB as f64);
    assert!(peak < MOST, "{peak} bytes");
    drop(server);
    database.drop().await;
}

/// Returns certificate and key of the institution's first terminal.
pub fn identity(code: &str) -> (PathBuf, PathBuf) {
    let code = InstitutionCode::parse(code).unwrap();
    let entry = fixtures().institutions.iter().find(|entry| entry.institution.code == code).unwrap();
    let (pki, name) = (shared_pki(), &entry.terminals[0]);
    (pki.terminal(&code, name), pki.terminal_key(&code, name))
}

/// Returns the largest resident set that the process has had, in bytes.
pub fn peak(server: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Sends chunks until the server closes; returns the status of its answer, if one arrived.
async fn send_without_end(address: String, code: String) -> Option<u16> {
    let (certificate, key) = identity(&code);
    let mut stream = http1_stream_to(&address, &shared_pki().ca(), (&certificate, &key)).await;
    let head = "POST /oqs/OQSmuquc01 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/xml\r\n\
                transfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB as usize], b"\r\n".to_vec()].concat();
    let mut sent = 0;
    while sent < ENDLESS && stream.write_all(&chunk).await.is_ok() {
        sent += MIB;
    }
    assert!(sent < ENDLESS, "the server read on and on");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.ok()?;
    String::from_utf8_lossy(&answer[9..12]).parse().ok()
}
