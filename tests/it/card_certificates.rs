//! Look-alikes of cards: each is refused with the audit reason for its fault, and none shows anything.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, RsaKeySize};
use shikaku::domain::HolderVerification;
use shikaku::wire::Format;

use crate::support::card::{Reader, Shown, card};
use crate::support::look_alike::{
    AUTHORITY_KEY, EXTENDED_KEY_USAGE, KEY_USAGE, LookAlike, POLICIES, VICTIM, assert_refused, assert_shown_refused,
    authority_key, authority_name, dotted, name, rsa_key, sign,
};
use crate::support::{World, outcome, refused};

#[tokio::test]
async fn a_look_alike_that_nothing_was_spoilt_of_is_answered() {
    let world = World::start().await;
    let key = rsa_key();
    let certificate = LookAlike::of(&card(&world, VICTIM)).issue(&key, &authority_key(&world));
    let mut reader = Reader::of(&world).await;
    let challenge = reader.challenge().await;
    let signature = sign(&key, &challenge.nonce);
    let reply = reader.show(&Shown::new(&certificate, &challenge, signature)).await;
    assert!(String::from_utf8_lossy(&reply.body).contains("ResultList"), "the tests below prove nothing");
    world.stop().await;
}

#[tokio::test]
async fn one_that_nobody_issued() {
    let world = World::start().await;
    let (victim, key) = (card(&world, VICTIM), rsa_key());
    // Self-signed, with the victim's serial number; and self-signed in the CA's name.
    let own = LookAlike { issuer_name: name("TEST-0123456789ABCDEF01"), ..LookAlike::of(&victim) };
    assert_refused(&world, &own.issue(&key, &key), &key, "self_signed").await;
    let named = LookAlike { subject: authority_name("SHIKAKU TEST JPKI"), ..LookAlike::of(&victim) };
    assert_refused(&world, &named.issue(&key, &key), &key, "self_signed").await;
    // A CA with the same name and key identifier.
    let foreign = rsa_key();
    assert_refused(&world, &LookAlike::of(&victim).issue(&key, &foreign), &key, "issuer_signature").await;
    // A CA with another name.
    let elsewhere = LookAlike { issuer_name: authority_name("SHIKAKU TEST JPK1"), ..LookAlike::of(&victim) };
    assert_refused(&world, &elsewhere.issue(&key, &authority_key(&world)), &key, "unknown_issuer").await;
    world.stop().await;
}

#[tokio::test]
async fn one_whose_issuer_is_told_wrongly() {
    let world = World::start().await;
    let (victim, key, authority) = (card(&world, VICTIM), rsa_key(), authority_key(&world));
    let plain = LookAlike::of(&victim);
    let genuine = plain.extensions.iter().find(|extension| dotted(extension) == AUTHORITY_KEY).unwrap().content().to_vec();
    assert_refused(
        &world,
        &LookAlike::of(&victim).without(AUTHORITY_KEY).issue(&key, &authority),
        &key,
        "unknown_issuer_key",
    )
    .await;
    // Only the key identifier, without name and serial number of the issuer.
    let bare = [&[0x30, 0x16][..], &genuine[3..25]].concat();
    assert_eq!((bare[2], bare.len()), (0x80, 24));
    let bare = LookAlike::of(&victim).without(AUTHORITY_KEY).with(&[2, 5, 29, 35], bare, false);
    assert_refused(&world, &bare.issue(&key, &authority), &key, "unknown_issuer_key").await;
    // The last octet belongs to the issuer's serial number, the one at 5 to its key identifier.
    for place in [genuine.len() - 1, 5] {
        let mut other = genuine.clone();
        other[place] ^= 1;
        let wrong = LookAlike::of(&victim).without(AUTHORITY_KEY).with(&[2, 5, 29, 35], other, false);
        assert_refused(&world, &wrong.issue(&key, &authority), &key, "unknown_issuer_key").await;
    }
    // Issued by the older generation, but naming the newer one.
    let older = KeyPair::from_pem(&std::fs::read_to_string(world.pki.card_root_key(1)).unwrap()).unwrap();
    assert_refused(&world, &plain.issue(&key, &older), &key, "issuer_signature").await;
    world.stop().await;
}

#[tokio::test]
async fn one_that_is_for_something_else() {
    let world = World::start().await;
    let (victim, key, authority) = (card(&world, VICTIM), rsa_key(), authority_key(&world));
    let look_alike = || LookAlike::of(&victim);
    // 署名用: digitalSignature and nonRepudiation, no extended key usage.
    let for_signing = look_alike().without(KEY_USAGE).without(EXTENDED_KEY_USAGE).with(
        &[2, 5, 29, 15],
        vec![0x03, 0x02, 0x06, 0xc0],
        true,
    );
    assert_refused(&world, &for_signing.issue(&key, &authority), &key, "for_signing").await;
    // Key usage keyEncipherment, or none.
    let enciphering = look_alike().without(KEY_USAGE).with(&[2, 5, 29, 15], vec![0x03, 0x02, 0x05, 0x20], true);
    assert_refused(&world, &enciphering.issue(&key, &authority), &key, "purpose").await;
    assert_refused(&world, &look_alike().without(KEY_USAGE).issue(&key, &authority), &key, "purpose").await;
    // No extended key usage, or that of servers.
    assert_refused(&world, &look_alike().without(EXTENDED_KEY_USAGE).issue(&key, &authority), &key, "purpose").await;
    let server = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
    let server = look_alike().without(EXTENDED_KEY_USAGE).with(&[2, 5, 29, 37], server, false);
    assert_refused(&world, &server.issue(&key, &authority), &key, "purpose").await;
    // A CA, according to its basic constraints or to its key usage.
    let ca = LookAlike { is_ca: IsCa::Ca(BasicConstraints::Unconstrained), ..look_alike() };
    assert_refused(&world, &ca.issue(&key, &authority), &key, "authority").await;
    let signs = look_alike().without(KEY_USAGE).with(&[2, 5, 29, 15], vec![0x03, 0x02, 0x02, 0x84], true);
    assert_refused(&world, &signs.issue(&key, &authority), &key, "authority").await;
    // The policy of real cards, which a server with test roots refuses; and no policy.
    let real = vec![0x30, 0x0f, 0x30, 0x0d, 0x06, 0x0b, 0x2a, 0x83, 0x08, 0x8c, 0x9b, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1e];
    let real = look_alike().without(POLICIES).with(&[2, 5, 29, 32], real, true);
    assert_refused(&world, &real.issue(&key, &authority), &key, "policy").await;
    assert_refused(&world, &look_alike().without(POLICIES).issue(&key, &authority), &key, "policy").await;
    world.stop().await;
}

#[tokio::test]
async fn one_with_an_extension_that_nobody_understands() {
    let world = World::start().await;
    let (victim, key, authority) = (card(&world, VICTIM), rsa_key(), authority_key(&world));
    let oid = [1, 2, 392, 200_149, 99];
    let strange = LookAlike::of(&victim).with(&oid, vec![0x05, 0x00], true);
    assert_refused(&world, &strange.issue(&key, &authority), &key, "critical_extension").await;
    // An extension that occurs twice.
    let twice = LookAlike::of(&victim).with(&oid, vec![0x05, 0x00], false).with(&oid, vec![0x05, 0x00], false);
    assert_refused(&world, &twice.issue(&key, &authority), &key, "critical_extension").await;
    world.stop().await;
}

#[tokio::test]
async fn one_with_a_key_that_no_card_has() {
    let world = World::start().await;
    let (victim, authority) = (card(&world, VICTIM), authority_key(&world));
    let small = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    assert_refused(&world, &LookAlike::of(&victim).issue(&small, &authority), &small, "algorithm").await;
    let large = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_3072).unwrap();
    assert_refused(&world, &LookAlike::of(&victim).issue(&large, &authority), &large, "algorithm").await;
    // The CA's signature with another hash than SHA-256.
    let key = rsa_key();
    let pem = authority.serialize_pem();
    let sha512 = KeyPair::from_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA512).unwrap();
    let mut issuer = CertificateParams::new(Vec::new()).unwrap();
    issuer.distinguished_name = authority_name("SHIKAKU TEST JPKI");
    let issuer = Issuer::new(issuer, sha512);
    let certificate = LookAlike::of(&victim).params().signed_by(&key, &issuer).unwrap();
    assert_refused(&world, certificate.der(), &key, "algorithm").await;
    world.stop().await;
}

/// A certificate can be read off a card without a PIN. Alone, it must not tell whether J-LIS knows the card or has revoked
/// it, whether the card has expired, or whether its holder is protected.
#[tokio::test]
async fn a_certificate_alone_tells_nothing() {
    let world = World::start().await;
    let mut reader = Reader::of(&world).await;
    let names = [
        VICTIM,
        "national-mutual-insured",
        "kyokai-a04-osaka",
        "kumiai-a01",
        "kyokai-a02-tokyo-before",
        "self-information-blocked",
    ];
    let mut answers = Vec::new();
    for name in names {
        let card = card(&world, name);
        let challenge = reader.challenge().await;
        let guessed = Shown::new(card.certificate(), &challenge, vec![7; 256]);
        let reply = reader.show(&guessed).await;
        assert_eq!(outcome(Format::Json, &reply), refused(403, "SHK6006"), "{name}");
        answers.push(reply.body);
        // Without a signature, or by sight without permission, all of them get the same code.
        let challenge = reader.challenge().await;
        let mut bare = Shown::new(card.certificate(), &challenge, Vec::new());
        bare.signature = None;
        assert_eq!(outcome(Format::Json, &reader.show(&bare).await), refused(400, "SHK1008"), "{name}");
        bare.holder = HolderVerification::Visual;
        assert_eq!(outcome(Format::Json, &reader.show(&bare).await), refused(403, "SHK6007"), "{name}");
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.database.count("select count(*) from access_log").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_certificate() {
    let world = World::start().await;
    let victim = card(&world, VICTIM);
    let mut reader = Reader::of(&world).await;
    let genuine = victim.certificate().to_vec();
    for (bytes, reason) in [
        (vec![0x30, 0x00], "malformed"),
        (b"not a certificate".to_vec(), "malformed"),
        (genuine[..genuine.len() - 1].to_vec(), "malformed"),
        ([&genuine[..], &[0]].concat(), "trailing_bytes"),
        (genuine.repeat(2), "trailing_bytes"),
        (genuine.repeat(5), "oversize"),
    ] {
        let challenge = reader.challenge().await;
        let signature = victim.sign(&challenge.nonce).unwrap();
        assert_shown_refused(&world, &mut reader, &Shown::new(&bytes, &challenge, signature), reason).await;
    }
    // Text that is not base64, and a message over the limit, are refused earlier.
    let challenge = reader.challenge().await;
    let right = Shown::signing(&victim, &challenge);
    let text = String::from_utf8(right.message(&reader.institution, Format::Json)).unwrap();
    let broken = text.replace("\"MII", "\"*II");
    assert_ne!(broken, text);
    let reply = reader.connection.post("/card/lookups", "application/json", &[], broken).await.unwrap();
    assert_eq!(outcome(Format::Json, &reply), refused(400, "SHK1009"));
    let oversize = Shown { certificate: vec![0x30; 60_000], ..right };
    let reply = reader.show(&oversize).await;
    assert_eq!(outcome(Format::Json, &reply), refused(413, "SHK1010"));
    world.stop().await;
}

#[tokio::test]
async fn sight_does_not_make_a_look_alike_genuine() {
    let world = World::start().await;
    let key = rsa_key();
    let certificate = LookAlike::of(&card(&world, VICTIM)).issue(&key, &rsa_key());
    let mut reader = Reader::at(&world, crate::support::OTHER_CLINIC).await;
    let challenge = reader.challenge().await;
    let mut shown = Shown::new(&certificate, &challenge, Vec::new());
    (shown.holder, shown.signature) = (HolderVerification::Visual, None);
    assert_shown_refused(&world, &mut reader, &shown, "issuer_signature").await;
    world.stop().await;
}
