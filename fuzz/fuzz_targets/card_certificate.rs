//! Feeds arbitrary bytes to everything that reads a card's certificate.
#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use shikaku::domain::HolderVerification;
use shikaku::identity::card::{CardCertificate, CardRoots, Proof};
use shikaku::pki::IssuedCard;

static ROOTS: LazyLock<CardRoots> = LazyLock::new(|| {
    let roots = [&include_bytes!("../roots/rsa.der")[..], &include_bytes!("../roots/p384.der")[..]];
    CardRoots::pin(&roots.map(<[u8]>::to_vec)).expect("two test roots")
});

fuzz_target!(|bytes: &[u8]| {
    // Tries the first bytes as a signature too, so that the fuzzer reaches both readers.
    let at = Timestamp::from_second(1_795_307_415).expect("a time");
    if let Ok(certificate) = CardCertificate::read(bytes, &ROOTS, at) {
        let proof = Proof::Signature { challenge: &[7; 32], signature: &bytes[..bytes.len().min(256)] };
        assert!(certificate.prove(HolderVerification::Pin, &proof, at).is_err(), "nobody signed this");
    }
    let _ = IssuedCard::read(bytes);
});
