//! Signatures that only look right: each is refused with an audit reason, and none shows anything.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rcgen::{KeyPair, PublicKeyData};

use crate::support::World;
use crate::support::card::{Reader, Shown, card};
use crate::support::look_alike::{LookAlike, VICTIM, assert_shown_refused, authority_key, rsa_key};

/// With the exponent 3 a signature can be forged without the key: a number whose cube begins like a padded hash.
#[tokio::test]
async fn forgeries_that_the_exponent_three_allows() {
    let world = World::start().await;
    let (victim, authority) = (card(&world, VICTIM), authority_key(&world));
    let small_exponent = with_exponent_three(&rsa_key());
    let certificate = LookAlike::of(&victim).issue(&small_exponent, &authority);
    let mut reader = Reader::of(&world).await;
    let challenge = reader.challenge().await;
    let forged = Shown::new(&certificate, &challenge, vec![0x01; 256]);
    assert_shown_refused(&world, &mut reader, &forged, "algorithm").await;
    // The cube root fails against a genuine card too.
    let challenge = reader.challenge().await;
    let forged = Shown::new(victim.certificate(), &challenge, cube_root_of_padded_hash(&challenge.nonce));
    assert_shown_refused(&world, &mut reader, &forged, "signature").await;
    world.stop().await;
}

/// A public key, encoded as in a certificate.
struct PublicKey(Vec<u8>);

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

/// Returns the public key with 3 in place of 65537.
fn with_exponent_three(key: &KeyPair) -> PublicKey {
    let modulus = yasna::parse_der(key.der_bytes(), |reader| {
        reader.read_sequence(|reader| {
            let (modulus, _) = reader.next().read_bigint_bytes()?;
            reader.next().read_u64()?;
            Ok(modulus)
        })
    });
    PublicKey(yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_bigint_bytes(&modulus.unwrap(), true);
            writer.next().write_u8(3);
        });
    }))
}

/// Returns a number whose cube begins with the padding and hash of a message: 00 01 FF 00 and the DigestInfo, then anything.
fn cube_root_of_padded_hash(message: &[u8]) -> Vec<u8> {
    use num_bigint::BigUint;
    let mut padded = vec![0x00, 0x01, 0xff, 0x00];
    padded.extend(SHA256_INFO);
    padded.extend(digest(&SHA256, message).as_ref());
    padded.resize(256, 0xff);
    let root = BigUint::from_bytes_be(&padded).cbrt().to_bytes_be();
    [vec![0; 256 - root.len()], root].concat()
}

const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Pads and signs any data with the victim's key, as the card itself does, whether it is a DigestInfo or not (`80 2A 00`, and
/// `01` for a bare hash).
fn pad_and_sign(world: &World, data: &[u8]) -> Vec<u8> {
    use num_bigint::BigUint;
    let pem = std::fs::read_to_string(world.pki.card_key(VICTIM)).unwrap();
    let pkcs8 = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap().1.contents;
    let read = yasna::parse_der(&pkcs8, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?;
            reader.next().read_der()?;
            reader.next().read_bytes()
        })
    });
    // RFC 8017, appendix A.1.2: the version, the modulus, the two exponents, and five numbers that are not needed here.
    let numbers: Vec<Vec<u8>> = yasna::parse_der(&read.unwrap(), |reader| {
        reader.read_sequence(|reader| (0..9).map(|_| Ok(reader.next().read_bigint_bytes()?.0)).collect())
    })
    .unwrap();
    let [modulus, private] = [1, 3].map(|place: usize| BigUint::from_bytes_be(&numbers[place]));
    let mut padded = vec![0xff; 256];
    padded[..2].copy_from_slice(&[0x00, 0x01]);
    let start = 256 - data.len();
    padded[start - 1] = 0x00;
    padded[start..].copy_from_slice(data);
    let signature = BigUint::from_bytes_be(&padded).modpow(&private, &modulus).to_bytes_be();
    [vec![0; 256 - signature.len()], signature].concat()
}

#[tokio::test]
async fn signatures_of_the_genuine_card_over_something_else() {
    let world = World::start().await;
    let victim = card(&world, VICTIM);
    let mut reader = Reader::of(&world).await;
    let sha1_info = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
    let sha512_info =
        [0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40];
    for what in ["the bare hash", "SHA-1", "SHA-512", "a hash with more behind it", "another challenge", "the nonce itself"]
    {
        let challenge = reader.challenge().await;
        let hash = digest(&SHA256, &challenge.nonce);
        let padded = match what {
            "the bare hash" => hash.as_ref().to_vec(),
            "SHA-1" => [&sha1_info[..], digest(&SHA1_FOR_LEGACY_USE_ONLY, &challenge.nonce).as_ref()].concat(),
            "SHA-512" => [&sha512_info[..], digest(&SHA512, &challenge.nonce).as_ref()].concat(),
            "a hash with more behind it" => [&SHA256_INFO[..], hash.as_ref(), b"x"].concat(),
            "another challenge" => [&SHA256_INFO[..], digest(&SHA256, b"another").as_ref()].concat(),
            _ => challenge.nonce.clone(),
        };
        let shown = Shown::new(victim.certificate(), &challenge, pad_and_sign(&world, &padded));
        assert_shown_refused(&world, &mut reader, &shown, "signature").await;
    }
    // The signature that the card really makes is accepted, so the refusals above have no other reason.
    let challenge = reader.challenge().await;
    let right = [&SHA256_INFO[..], digest(&SHA256, &challenge.nonce).as_ref()].concat();
    let reply = reader.show(&Shown::new(victim.certificate(), &challenge, pad_and_sign(&world, &right))).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("ResultList"));
    world.stop().await;
}

#[tokio::test]
async fn signatures_of_another_length_or_scheme() {
    let world = World::start().await;
    let victim = card(&world, VICTIM);
    let mut reader = Reader::of(&world).await;
    for change in ["shorter", "longer", "in zeros", "twice", "as large as the modulus"] {
        let challenge = reader.challenge().await;
        let mut signature = victim.sign(&challenge.nonce).unwrap();
        match change {
            "shorter" => signature.truncate(255),
            "longer" => signature.push(0),
            "in zeros" => signature.fill(0),
            "twice" => signature = signature.repeat(2),
            _ => signature.fill(0xff),
        }
        assert_shown_refused(&world, &mut reader, &Shown::new(victim.certificate(), &challenge, signature), "signature")
            .await;
    }
    // A PSS signature, which a card can make too, by the key of the certificate.
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
    let der = rustls_key(pkcs8.as_ref());
    let holder = KeyPair::from_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).unwrap();
    let certificate = LookAlike::of(&victim).issue(&holder, &authority_key(&world));
    let challenge = reader.challenge().await;
    let mut signature = vec![0; 256];
    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), &challenge.nonce, &mut signature).unwrap();
    assert_shown_refused(&world, &mut reader, &Shown::new(&certificate, &challenge, signature), "signature").await;
    // A P-384 card's signature with one bit changed.
    let elliptic = card(&world, "school-mutual-insured");
    let challenge = reader.challenge().await;
    let mut other = elliptic.sign(&challenge.nonce).unwrap();
    let last = other.len() - 1;
    other[last] ^= 1;
    assert_shown_refused(&world, &mut reader, &Shown::new(elliptic.certificate(), &challenge, other), "signature").await;
    // The certificate of one card with the signature of another.
    let challenge = reader.challenge().await;
    let signature = card(&world, "elderly-2wari-tokyo").sign(&challenge.nonce).unwrap();
    assert_shown_refused(&world, &mut reader, &Shown::new(victim.certificate(), &challenge, signature), "signature").await;
    world.stop().await;
}

fn rustls_key(der: &[u8]) -> rustls::pki_types::PrivateKeyDer<'static> {
    rustls::pki_types::PrivateKeyDer::try_from(der.to_vec()).unwrap()
}
