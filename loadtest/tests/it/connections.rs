//! Connections: when they are opened and closed, and what they speak.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::support::proxy::{self, Stalls};
use crate::support::run::plan;
use crate::support::{Finished, Load, World};

async fn run(server: SocketAddr, identities: &str) -> Finished {
    let more = format!("[identities]\ninstitutions = [\"1310012344\"]\nterminals = 2\n{identities}");
    let file = plan("seconds = 1\narrivals = \"constant\"\nrate = 50", &more);
    let run = Load::of(&file, server).finish().await;
    assert_eq!(run.code, Some(0), "{identities}\n{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (50, 50, 0), "{identities}");
    run
}

/// The extension of a server's hello that chooses TLS 1.3; TLS 1.2 has none.
const TLS_1_3: &[u8] = &[0, 0x2b, 0, 2, 3, 4];

/// The name of HTTP/2 in a client's hello, with its length.
const HTTP_2: &[u8] = b"\x02h2";

#[tokio::test(flavor = "multi_thread")]
async fn the_versions_of_tls_and_http_are_those_of_the_plan() {
    let world = World::start().await;
    for (tls, is_new) in [("both", true), ("1.2", false), ("1.3", true)] {
        for (http, is_2) in [("1.1", false), ("2", true)] {
            let proxy = proxy::start(world.address(), Stalls::While(Arc::new(AtomicBool::new(false)))).await;
            let run = run(proxy.address, &format!("tls = \"{tls}\"\nhttp = \"{http}\"")).await;
            assert_eq!(run.count("handshakes"), 2, "{tls} {http}\n{}", run.table);
            let all = |hellos: &proxy::Hellos, part: &[u8], wanted: bool| {
                let hellos = hellos.lock().unwrap();
                let holds = |hello: &Vec<u8>| hello.windows(part.len()).any(|window| window == part);
                // Two of the run, and one of the question before it.
                hellos.len() == 3 && hellos.iter().all(|hello| holds(hello) == wanted)
            };
            assert!(all(&proxy.of_server, TLS_1_3, is_new), "{tls}");
            assert!(all(&proxy.of_clients, HTTP_2, is_2), "{http}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_opened_as_the_plan_says() {
    let world = World::start().await;
    for (policy, handshakes) in [("kept-alive", 2), ("new-for-each", 50), ("never-closed", 50)] {
        let run = run(world.address(), &format!("connections = \"{policy}\"")).await;
        assert_eq!(run.count("handshakes"), handshakes, "{policy}\n{}", run.table);
        // A handshake is apart from the request: the time from the sending begins after it.
        assert!(run.ms("handshake_ms", "p50") > 0.0, "{}", run.table);
    }
    let several = run(world.address(), "connections_each = 3").await;
    assert_eq!(several.count("handshakes"), 6, "{}", several.table);
    world.stop().await;
}
