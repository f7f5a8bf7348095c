//! Writes entries as insurers send them (docs/registrations.md).

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::domain::{
    CardId, CertificateKind, Coverage, DatedRatio, ElderlyCertificate, IssuedCertificate, LimitCertificate, Loss,
    PersonalText, SpecificDiseaseCertificate,
};
use crate::store::jlis::CardRecord;
use crate::wire::code;

use super::paper::Paper;

/// 資格取得.
pub(super) fn gain(person: &str, coverage: &Coverage) -> Map<String, Value> {
    let identity = &coverage.identity;
    let text = |text: &Option<PersonalText>| text.as_ref().map(|text| text.as_str().to_owned());
    let mut fields = json!({
        "symbol": coverage.key.symbol.as_ref().map(|symbol| symbol.as_str()),
        "number": coverage.key.number.as_str(),
        "branch": coverage.key.branch.map(|branch| branch.as_str().to_owned()),
        "relationship": coverage.relationship.map(code::relationship),
        "card_class": code::card_class(coverage.card_class),
        "name": identity.name.as_str(),
        "kana": text(&identity.kana),
        "other_name": text(&identity.other_name),
        "other_kana": text(&identity.other_kana),
        "insured_name": text(&identity.insured_name),
        "sex": code::sex(identity.sex),
        "birth_on": identity.birth_on.date(),
        "post_number": identity.post_number.as_ref().map(|post| post.as_str().to_owned()),
        "address": text(&identity.address),
        "card_issued_on": coverage.card.issued_on,
        "card_valid_from": coverage.card.valid_from,
        "card_valid_through": coverage.card.valid_through,
    });
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        for (name, list) in [
            ("ratio", coverage.ratios.iter().map(ratio).collect()),
            ("elderly", coverage.elderly.iter().map(elderly).collect()),
            ("limit", coverage.limits.iter().map(limit).collect::<Vec<Value>>()),
        ] {
            if !list.is_empty() {
                fields.insert(name.to_owned(), list.into());
            }
        }
    }
    object(json!({ "kind": "gain", "person": person, "acquired_on": coverage.acquired_on, "coverage": fields }))
}

/// 資格喪失.
pub(super) fn loss(person: &str, coverage: &Coverage, loss: Loss) -> Map<String, Value> {
    let ends = json!({ "on": loss.on, "reason": code::loss_reason(loss.reason) });
    object(json!({ "kind": "loss", "of": name(person, coverage), "loss": ends }))
}

/// 死亡: ends the coverage, too.
pub(super) fn death(person: &str, died_on: Date) -> Map<String, Value> {
    object(json!({ "kind": "death", "person": person, "died_on": died_on }))
}

/// 利用申込: a certificate becomes the person's, and replaces the one that was in use.
pub(super) fn card_link(person: &str, record: &CardRecord, supersedes: Option<&CardId>) -> Map<String, Value> {
    let name =
        |id: &CardId| json!({ "issuer": HEXLOWER.encode(&id.issuer), "serial": HEXLOWER.encode(id.serial.as_bytes()) });
    let mut card = object(name(&record.id));
    card.insert("medium".into(), code::card_kind(record.kind).into());
    card.insert("valid_from".into(), record.valid_from.to_string().into());
    card.insert("valid_through".into(), record.valid_through.to_string().into());
    card.extend(supersedes.map(|old| ("supersedes".to_owned(), name(old))));
    object(json!({ "kind": "card_link", "person": person, "card": card }))
}

/// 訂正: new values of parts.
pub(super) fn correction(person: &str, coverage: &Coverage, change: Value) -> Map<String, Value> {
    object(json!({ "kind": "correction", "of": name(person, coverage), "coverage": change }))
}

/// 負担割合, or a certificate that is issued or returned.
pub(super) fn paper(person: &str, coverage: &Coverage, paper: Paper) -> Map<String, Value> {
    let of = name(person, coverage);
    object(match paper {
        Paper::Ratio(dated) => json!({ "kind": "ratio", "of": of, "ratio": ratio(&dated) }),
        Paper::Issued(issued) => {
            let certificate = match issued {
                IssuedCertificate::Elderly(card) => json!({ "elderly": elderly(&card) }),
                IssuedCertificate::Limit(card) => json!({ "limit": limit(&card) }),
                IssuedCertificate::SpecificDisease(card) => json!({ "specific_disease": disease(&card) }),
            };
            json!({ "kind": "certificate", "of": of, "certificate": certificate })
        }
        Paper::Returned(returned) => {
            let mut fields = match returned.kind {
                CertificateKind::Elderly => json!({ "kind": "elderly" }),
                CertificateKind::Limit => json!({ "kind": "limit" }),
                CertificateKind::SpecificDisease(disease) => {
                    json!({ "kind": "specific_disease", "disease": code::specific_disease(disease) })
                }
            };
            fields["from"] = json!(returned.from);
            fields["on"] = json!(returned.on);
            json!({ "kind": "certificate_withdrawal", "of": of, "returned": fields })
        }
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn name(person: &str, coverage: &Coverage) -> Value {
    let key = &coverage.key;
    let mut name = json!({ "person": person, "number": key.number.as_str(), "acquired_on": coverage.acquired_on });
    if let (Some(fields), Some(symbol)) = (name.as_object_mut(), &key.symbol) {
        fields.insert("symbol".into(), symbol.as_str().into());
    }
    if let (Some(fields), Some(branch)) = (name.as_object_mut(), key.branch) {
        fields.insert("branch".into(), branch.as_str().into());
    }
    name
}

fn ratio(dated: &DatedRatio) -> Value {
    json!({ "from": dated.period.from(), "through": dated.period.through(), "wari": dated.ratio.tenths() })
}

fn elderly(card: &ElderlyCertificate) -> Value {
    json!({
        "issued_on": card.issued_on, "from": card.period.from(), "through": card.period.through(),
        "wari": card.ratio.tenths(),
    })
}

fn limit(limit: &LimitCertificate) -> Value {
    json!({
        "kind": code::limit_kind(limit.kind), "category": code::limit_category(limit.category),
        "issued_on": limit.issued_on, "from": limit.period.from(), "through": limit.period.through(),
        "long_stay_on": limit.long_stay_on,
    })
}

fn disease(card: &SpecificDiseaseCertificate) -> Value {
    json!({
        "disease": code::specific_disease(card.disease), "issued_on": card.issued_on, "from": card.period.from(),
        "through": card.period.through(), "self_pay_yen": card.self_pay.amount(),
    })
}
