//! Measures verifying a card: its certificate, and its signature on a challenge. `cargo bench --bench cards`.

#![expect(missing_docs, reason = "criterion_group! makes a public function")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use shikaku::clock::system_now;
use shikaku::domain::HolderVerification;
use shikaku::identity::card::{CardCertificate, CardRoots, Proof};
use shikaku::pki::{CardAuthority, CardOrder, PkiFiles, VirtualCard};
use x509_parser::pem::parse_x509_pem;

// The allocator of the shipped program.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn verification(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().unwrap();
    let files = PkiFiles::at(directory.path());
    let now = system_now();
    let authority = CardAuthority::init(&files, now).unwrap();
    let root = |generation| {
        let pem = std::fs::read(files.card_root(generation)).unwrap();
        parse_x509_pem(&pem).unwrap().1.contents
    };
    let roots = CardRoots::pin(&[root(1), root(2), root(3)]).unwrap();
    let mut group = criterion.benchmark_group("verify_card");
    for (name, elliptic) in [("rsa_2048", false), ("ecdsa_p384", true)] {
        authority.issue(CardOrder::days_from(now, -10, 300, elliptic)).unwrap().write(&files, name).unwrap();
        let card = VirtualCard::open(&files, name).unwrap();
        let challenge = [7; 32];
        let signature = card.sign(&challenge).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let certificate =
                    CardCertificate::read(black_box(card.certificate()), &roots, now).unwrap_or_else(|e| panic!("{e}"));
                let proof = Proof::Signature { challenge: &challenge, signature: black_box(&signature) };
                certificate.prove(HolderVerification::Pin, &proof, now).unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(cards, verification);
criterion_main!(cards);
