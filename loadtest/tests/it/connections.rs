//! Connections: when they are opened and closed, and what they speak.

use crate::support::run::plan;
use crate::support::{Finished, Load, World};

async fn run(world: &World, identities: &str) -> Finished {
    let more = format!("[identities]\ninstitutions = [\"1310012344\"]\nterminals = 2\n{identities}");
    let file = plan("seconds = 1\narrivals = \"constant\"\nrate = 50", &more);
    let run = Load::of(&file, world.address()).finish().await;
    assert_eq!(run.code, Some(0), "{identities}\n{}\n{}", run.table, run.errors);
    assert_eq!((run.count("answered"), run.count("compared"), run.count("wrong")), (50, 50, 0), "{identities}");
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_of_tls_and_http_is_spoken() {
    let world = World::start().await;
    for tls in ["both", "1.2", "1.3"] {
        for http in ["1.1", "2"] {
            let run = run(&world, &format!("tls = \"{tls}\"\nhttp = \"{http}\"")).await;
            assert_eq!(run.count("handshakes"), 2, "{tls} {http}\n{}", run.table);
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_opened_as_the_plan_says() {
    let world = World::start().await;
    for (policy, handshakes) in [("kept-alive", 2), ("new-for-each", 50), ("never-closed", 50)] {
        let run = run(&world, &format!("connections = \"{policy}\"")).await;
        assert_eq!(run.count("handshakes"), handshakes, "{policy}\n{}", run.table);
        // A handshake is apart from the request: the time from the sending begins after it.
        assert!(run.ms("handshake_ms", "p50") > 0.0, "{}", run.table);
    }
    let several = run(&world, "connections_each = 3").await;
    assert_eq!(several.count("handshakes"), 6, "{}", several.table);
    world.stop().await;
}
