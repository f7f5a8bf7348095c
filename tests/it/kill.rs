//! `kill -9` under load: every answer that a client received has its access-log row.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shikaku::domain::AnswerCharset;
use shikaku::terminal::Terminal;
use shikaku::wire::Format;

use crate::support::database::TestDatabase;
use crate::support::world::shared_pki;
use crate::support::{Program, TEST_CLINIC, fixtures, message};

const CLIENTS: usize = 16;
const ROUNDS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_received_has_its_record() {
    let database = TestDatabase::new().await;
    let received = Arc::new(Mutex::new(HashSet::new()));
    for round in 0..ROUNDS {
        let mut server = Program::serve(&database.url(), shared_pki().root(), &[]);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| tokio::spawn(ask_until_broken(server.terminal_addr.clone(), client, received.clone())))
            .collect();
        // Each round kills the server at another depth of the load.
        let wanted = received.lock().unwrap().len() + 200 * (round + 1);
        let deadline = Instant::now() + Duration::from_secs(60);
        while received.lock().unwrap().len() < wanted {
            assert!(Instant::now() < deadline, "the server answers too little:\n{}", server.log());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        for client in clients {
            client.await.unwrap();
        }
    }
    let rows: Vec<String> = sqlx::query_scalar("select request_id::text from access_log")
        .fetch_all(&mut database.connect().await)
        .await
        .unwrap();
    let rows: HashSet<String> = rows.into_iter().collect();
    let received = received.lock().unwrap().clone();
    assert!(received.len() >= 200 * ROUNDS);
    let missing: Vec<&String> = received.difference(&rows).collect();
    assert!(missing.is_empty(), "{} of {} answers have no record", missing.len(), received.len());
    database.drop().await;
}

/// Asks about one fixture person after another on one connection until it breaks; keeps the ids of whole answers.
async fn ask_until_broken(address: String, client: usize, received: Arc<Mutex<HashSet<String>>>) {
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let pki = shared_pki();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let terminal = Terminal::new(&address, &pki.ca(), Some((&files.0, &files.1))).unwrap();
    let Ok(mut connection) = terminal.connect().await else { return };
    for person in fixtures().people.iter().cycle().skip(client * 5) {
        let body = message(&person.ask, TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
        let Ok(reply) = connection.ask("/oqs/OQSsiquc01", Format::Xml, body).await else { return };
        if reply.status == 200 {
            received.lock().unwrap().insert(reply.headers["x-request-id"].to_str().unwrap().to_owned());
        }
    }
}
