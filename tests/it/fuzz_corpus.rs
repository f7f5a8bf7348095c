//! Runs the corpus of the fuzzer through the fuzzed code in every test run: nothing panics, and only the two genuine
//! certificates are accepted.

use std::fs;

use shikaku::identity::card::{CardCertificate, CardRoots};
use shikaku::pki::IssuedCard;

use crate::support::root;
use crate::support::world::fixed_now;

#[test]
fn card_certificates() {
    let read = |path: &str| fs::read(root().join("fuzz").join(path)).unwrap();
    let roots = CardRoots::pin(&[read("roots/rsa.der"), read("roots/p384.der")]).unwrap();
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for entry in fs::read_dir(root().join("fuzz/corpus/card_certificate")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        // Reading a card without judging it must not panic either.
        let _ = IssuedCard::read(&bytes);
        match CardCertificate::read(&bytes, &roots, fixed_now()) {
            Ok(_) => accepted.push(path.file_name().unwrap().to_string_lossy().into_owned()),
            Err(_) => refused += 1,
        }
    }
    accepted.sort();
    assert_eq!(accepted, ["genuine-p384.der", "genuine-rsa.der"]);
    assert!(refused >= 100, "only {refused} inputs");
}
