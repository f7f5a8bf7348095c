//! Logs, metrics and error texts hold no personal data.

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use shikaku::clock::system_now;
use shikaku::domain::AnswerCharset;
use shikaku::pki::{PkiFiles, VirtualCard};
use shikaku::terminal::Terminal;
use shikaku::wire::Format;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::support::card::{Reader, Shown};
use crate::support::database::TestDatabase;
use crate::support::world::make_pki_at;
use crate::support::{Program, TEST_CLINIC, fixtures, message, process};

/// Returns the values that must not be seen: names, numbers, symbols, addresses and birth dates of all fixture people.
fn secrets() -> Vec<String> {
    let mut secrets = Vec::new();
    for person in &fixtures().people {
        for coverage in &person.person.coverages {
            let identity = &coverage.identity;
            secrets.push(coverage.key.number.as_str().to_owned());
            secrets.extend(coverage.key.symbol.as_ref().map(|symbol| symbol.as_str().to_owned()));
            secrets.push(identity.name.as_str().to_owned());
            secrets.extend(identity.kana.as_ref().map(|kana| kana.as_str().to_owned()));
            secrets.extend(identity.address.as_ref().map(|address| address.as_str().to_owned()));
            secrets.push(identity.birth_on.date().to_string());
            secrets.push(identity.birth_on.date().strftime("%Y%m%d").to_string());
        }
    }
    // Short numbers would occur in any time of day.
    secrets.retain(|secret| secret.chars().count() >= if secret.is_ascii() { 7 } else { 4 });
    assert!(secrets.len() > 200);
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_and_metrics_of_a_busy_server_hold_no_personal_data() {
    let database = TestDatabase::new().await;
    // Cards as of today, because the program uses the system's time.
    let pki = &make_pki_at(&crate::support::scratch("privacy-pki"), system_now());
    fixtures().load(&database.store().await, pki, system_now(), false).await.unwrap();
    let mut command = process::command();
    let secret = crate::support::scratch("privacy").join("secret.key");
    command
        .env("RUST_LOG", "debug")
        .args(["serve", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0", "--log-format", "json"])
        .arg("--database-url")
        .arg(database.url())
        .arg("--pki")
        .arg(pki.root())
        .arg("--secret-file")
        .arg(secret);
    let server = Program::start(command);
    let code = shikaku::domain::InstitutionCode::parse(TEST_CLINIC).unwrap();
    let files = (pki.terminal(&code, "reception-1"), pki.terminal_key(&code, "reception-1"));
    let terminal = Terminal::new(&server.terminal_addr, &pki.ca(), Some((&files.0, &files.1))).unwrap();
    let mut connection = terminal.connect().await.unwrap();
    let secrets = secrets();
    for person in &fixtures().people {
        let right = message(&person.ask, TEST_CLINIC, Format::Xml, AnswerCharset::Utf8);
        let text = String::from_utf8(right.clone()).unwrap();
        let digits: String = person.ask.number.chars().filter(char::is_ascii_alphanumeric).collect();
        let wrong_path = format!("/oqs/{digits}x");
        let wrong_number = text.replace(&person.ask.insurer, "99999999");
        let requests =
            [("/oqs/OQSsiquc01", text.clone()), ("/oqs/OQSsiquc01", wrong_number), (wrong_path.as_str(), text.clone())];
        for (path, body) in requests {
            let reply = connection.post(path, "application/xml", &[], body).await;
            let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", person.person.fixture_id));
            if reply.status != 200 {
                let error = String::from_utf8_lossy(&reply.body).into_owned();
                let leaked = secrets.iter().find(|secret| error.contains(*secret));
                assert!(leaked.is_none(), "an error text holds {leaked:?}: {error}");
            }
        }
    }
    let mut seeded = secrets;
    seeded.extend(show_cards(&terminal, pki).await);
    let secrets = seeded;
    let (_, metrics, _) = process::http(&server.operator_addr, "GET", "/metrics", &[], "").await;
    // The line of the last request: every earlier line has been read by then.
    server.until_logged("\"route\":\"/metrics\"").await;
    let log = server.log();
    assert!(log.lines().count() > fixtures().people.len());
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    // Every refused card left an audit event with its reason and the request's id.
    let events: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| line["event"] == "card_refused")
        .collect();
    assert_eq!(events.len(), fixtures().cards.len());
    for event in events {
        let fields = &event;
        assert_eq!((&fields["reason"], &fields["institution"]), (&"signature".into(), &TEST_CLINIC.into()), "{fields}");
        assert!(fields["request_id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    }
    for secret in &secrets {
        assert!(!log.contains(secret), "the log holds {secret}");
        assert!(!metrics.contains(secret), "the metrics hold {secret}");
    }
    drop(server);
    database.drop().await;
}

/// Shows every fixture card, rightly and wrongly; returns what must not be seen of it: serial numbers as people write them,
/// certificates, nonces and signatures.
async fn show_cards(terminal: &Terminal, pki: &PkiFiles) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut reader = Reader::on(terminal, TEST_CLINIC).await;
    for fixture in &fixtures().cards {
        let card = VirtualCard::open(pki, &fixture.name).unwrap();
        let (_, certificate) = X509Certificate::from_der(card.certificate()).unwrap();
        let serial = certificate.raw_serial();
        let number = serial.iter().fold(0_u64, |number, octet| number << 8 | u64::from(*octet));
        secrets.extend([HEXLOWER.encode(serial), HEXUPPER.encode(serial), number.to_string()]);
        secrets.push(certificate.raw_serial_as_string());
        secrets.push(certificate.subject().iter_common_name().next().unwrap().as_str().unwrap().to_owned());
        secrets.push(BASE64.encode(card.certificate())[200..240].to_owned());
        for spoil in [false, true] {
            let challenge = reader.challenge().await;
            let mut shown = Shown::signing(&card, &challenge);
            let signature = shown.signature.as_mut().unwrap();
            signature[0] ^= u8::from(spoil);
            secrets.extend([BASE64.encode(&challenge.nonce), HEXLOWER.encode(&challenge.nonce)]);
            secrets.push(BASE64.encode(signature)[..40].to_owned());
            let reply = reader.show(&shown).await;
            let answered = String::from_utf8_lossy(&reply.body).contains("ResultList");
            assert_eq!(answered, !spoil && !fixture.expect.records.is_empty(), "{}", fixture.name);
            if reply.status != 200 {
                let error = String::from_utf8_lossy(&reply.body).into_owned();
                let leaked = secrets.iter().find(|secret| error.contains(*secret));
                assert!(leaked.is_none(), "an error text holds {leaked:?}: {error}");
            }
        }
    }
    assert!(secrets.len() > 200);
    secrets
}
