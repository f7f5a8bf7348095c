//! A card reader: shows cards to a world.

use data_encoding::BASE64;
use jiff::civil::{Date, date};
use shikaku::domain::{AnswerCharset, Consents, HolderVerification, TreatmentKind};
use shikaku::pki::VirtualCard;
use shikaku::terminal::{Connection, Reply, Terminal};
use shikaku::wire::Format;
use shikaku::wire::message::by_certificate::NewRequest;
use uuid::Uuid;

use super::{TEST_CLINIC, World};

/// A terminal of an institution, with a connection.
pub struct Reader {
    pub institution: String,
    pub connection: Connection,
}

/// The message that a reader sends; tests spoil one part of it.
#[derive(Clone)]
pub struct Shown {
    pub certificate: Vec<u8>,
    pub holder: HolderVerification,
    pub challenge: Uuid,
    pub signature: Option<Vec<u8>>,
    pub treatment: TreatmentKind,
    pub consents: Consents,
    pub check_on: Date,
    /// 医療機関コード in the message, if it differs from the reader's.
    pub claimed: Option<&'static str>,
}

/// A challenge as received.
#[derive(Clone)]
pub struct Challenge {
    pub id: Uuid,
    pub nonce: Vec<u8>,
    pub expires_at: String,
}

impl Shown {
    /// Combines a certificate with a signature; the other parts have their usual values.
    pub fn new(certificate: &[u8], challenge: &Challenge, signature: Vec<u8>) -> Self {
        Self {
            certificate: certificate.to_vec(),
            holder: HolderVerification::Pin,
            challenge: challenge.id,
            signature: Some(signature),
            treatment: TreatmentKind::Outpatient,
            consents: Consents::all(),
            check_on: date(2026, 11, 22),
            claimed: None,
        }
    }

    /// Lets the card sign the challenge.
    pub fn signing(card: &VirtualCard, challenge: &Challenge) -> Self {
        Self::new(card.certificate(), challenge, card.sign(&challenge.nonce).unwrap())
    }

    pub fn message(&self, institution: &str, format: Format) -> Vec<u8> {
        NewRequest {
            institution: self.claimed.unwrap_or(institution),
            file_identifier: Some("CARD-1"),
            check_on: self.check_on,
            certificate: &self.certificate,
            holder: self.holder,
            challenge: self.challenge,
            signature: self.signature.as_deref(),
            treatment: self.treatment,
            consents: self.consents,
        }
        .write(format, AnswerCharset::Utf8)
    }
}

impl Reader {
    /// Connects the reader of the usual clinic.
    pub async fn of(world: &World) -> Self {
        Self::at(world, TEST_CLINIC).await
    }

    /// Connects a reader at the first terminal of an institution.
    pub async fn at(world: &World, institution: &str) -> Self {
        Self::on(&world.terminal(institution), institution).await
    }

    /// Connects a reader at a terminal.
    pub async fn on(terminal: &Terminal, institution: &str) -> Self {
        Self { institution: institution.to_owned(), connection: terminal.connect().await.unwrap() }
    }

    pub async fn challenge(&mut self) -> Challenge {
        self.challenge_for("1").await
    }

    pub async fn challenge_for(&mut self, treatment: &str) -> Challenge {
        let body = format!(r#"{{"MedicalTreatmentFlag":"{treatment}"}}"#);
        let reply = self.connection.post("/card/challenges", "application/json", &[], body).await.unwrap();
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        let json: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        Challenge {
            id: json["ChallengeId"].as_str().unwrap().parse().unwrap(),
            nonce: BASE64.decode(json["Nonce"].as_str().unwrap().as_bytes()).unwrap(),
            expires_at: json["ExpiresAt"].as_str().unwrap().to_owned(),
        }
    }

    pub async fn show(&mut self, shown: &Shown) -> Reply {
        self.show_as(shown, Format::Json).await
    }

    pub async fn show_as(&mut self, shown: &Shown, format: Format) -> Reply {
        let message = shown.message(&self.institution, format);
        self.connection.ask("/card/lookups", format, message).await.unwrap()
    }
}

/// Opens a fixture card of the world.
pub fn card(world: &World, name: &str) -> VirtualCard {
    VirtualCard::open(&world.pki, name).unwrap()
}
