//! Clinics for load tests, from the command that makes them to their questions.

use std::process::Command;

use jiff::civil::date;
use shikaku::mass::MassDirectory;
use shikaku::pki::PkiFiles;

use crate::support::run::{command, plan};
use crate::support::world::{fixed_now, shared_pki};
use crate::support::{Load, World, copied, scratch};

fn told(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn clinics_are_made_registered_and_ask() {
    let world = World::start().await;
    let pki = copied(shared_pki().root().to_str().unwrap());
    let out = scratch("clinics").join("files");
    let (code, text) = told(command().args(["clinics", "--number", "30", "--pki"]).arg(&pki).arg("--out").arg(&out));
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains(": 30 new certificates of 30 clinics") && text.contains("`shikaku fixtures load --dir "),
        "{text}"
    );
    // Once more into another directory: the certificates are there.
    let again = scratch("clinics").join("files");
    let (code, text) =
        told(command().args(["clinics", "--number", "31", "--lang", "ja", "--pki"]).arg(&pki).arg("--out").arg(&again));
    assert!(code == Some(0) && text.contains("試験用の医療機関31の証明書1枚を新しく作りました"), "{text}");
    // A directory that holds something stays as it is.
    let (code, text) = told(command().args(["clinics", "--number", "1", "--pki"]).arg(&pki).arg("--out").arg(&out));
    assert!(code == Some(3) && text.contains("is there already and is not an empty directory"), "{text}");

    let file = plan("seconds = 2\narrivals = \"constant\"\nrate = 60", "[identities]\nclinics = 30\nterminals = 30\n");
    let run = |file: &std::path::Path| {
        let results = scratch("results");
        let mut again = command();
        again.arg("run").arg(file).args(["--target", &world.address().to_string(), "--pki"]).arg(&pki);
        again.arg("--out").arg(&results);
        Load { command: again, out: results }
    };
    // The server does not know them yet.
    let refused = run(&file).finish().await;
    assert_eq!(refused.code, Some(3), "{}", refused.errors);
    assert!(refused.errors.contains("the server refused a question of institution"), "{}", refused.errors);
    let mass = MassDirectory::open(&out, date(2026, 12, 1)).unwrap();
    assert!(mass.entries().next().is_none() && mass.insurers().is_empty());
    let institutions = mass.institutions().unwrap();
    assert_eq!(institutions.len(), 30);
    let store = world.database.store().await;
    store.load(&[], institutions, std::iter::empty(), fixed_now(), false).await.unwrap();
    let run_of_all = run(&file).finish().await;
    assert_eq!(run_of_all.code, Some(0), "{}\n{}", run_of_all.table, run_of_all.errors);
    assert_eq!((run_of_all.count("answered"), run_of_all.count("wrong"), run_of_all.count("handshakes")), (120, 0, 30));
    let asking = "select count(distinct institution_code) from access_log";
    assert_eq!(world.database.count(asking).await, 30);
    // A plan that wants more of them than were made says how to make them.
    let many = plan("seconds = 1\narrivals = \"constant\"\nrate = 1", "[identities]\nclinics = 40\nterminals = 40\n");
    let few = run(&many).finish().await;
    assert_eq!(few.code, Some(3));
    assert!(few.errors.contains("certificates of 31 of these institutions"), "{}", few.errors);
    assert!(few.errors.contains("`shikaku-load clinics`"), "{}", few.errors);
    assert!(PkiFiles::at(&pki).institutions().join("0119900009/load-00001.pem").exists());
    world.stop().await;
}

#[test]
fn a_wrong_number_and_a_missing_pki_are_told() {
    let (code, text) = told(command().args(["clinics", "--number", "0", "--out", "x"]));
    assert!(code == Some(2) && text.contains("must be a whole number from 1 to 213000"), "{text}");
    let out = scratch("clinics").join("files");
    let (code, text) = told(command().args(["clinics", "--number", "1", "--pki", "/nowhere", "--out"]).arg(&out));
    assert!(code == Some(3) && text.contains("/nowhere/ca.pem does not exist"), "{text}");
    assert!(!out.exists());
    let (code, text) =
        told(command().args(["clinics", "--number", "1", "--lang", "ja", "--pki", "/nowhere", "--out"]).arg(&out));
    assert!(code == Some(3) && text.contains("/nowhere/ca.pemがありません"), "{text}");
}
