//! Rules of answers by card, in the form of rules of law.

use crate::domain::CardUnusable;
use crate::rules::Rule;

use super::message_rules::ONLINE_SINCE;

/// Makes a rule about the state of a card; our sources do not date it.
const fn state(name: &'static str, english: &'static str, japanese: &'static str) -> Rule {
    Rule {
        name, source: "利用者証明用電子証明書の有効性確認（公的個人認証法）", effective_on: None, english, japanese
    }
}

/// Returns the rule by which a card shows nothing.
pub(super) fn unusable(reason: CardUnusable) -> Rule {
    match reason {
        CardUnusable::Revoked(_) => state(
            "card-revoked",
            "J-LIS has revoked the card's certificate, so that nothing is shown",
            "J-LISが電子証明書を失効させているため、資格情報を返さない",
        ),
        CardUnusable::Superseded => state(
            "card-superseded",
            "the card was renewed: J-LIS names another certificate, and the old one shows nothing",
            "電子証明書は更新済み。J-LISは別の証明書を示しており、古いものでは資格情報を返さない",
        ),
        CardUnusable::Expired => state(
            "card-expired",
            "the card's certificate ran out before the question, so that nothing is looked up",
            "照会の時点で電子証明書の有効期間が終わっているため、資格情報を返さない",
        ),
        CardUnusable::NotYetValid => state(
            "card-not-yet-valid",
            "the card's certificate begins after the question, so that nothing is looked up",
            "照会の時点で電子証明書の有効期間が始まっていないため、資格情報を返さない",
        ),
        CardUnusable::Unknown => state(
            "card-unknown",
            "J-LIS does not know the card's certificate, so that its state cannot be confirmed",
            "J-LISにこの電子証明書の登録がなく、状態を確認できない",
        ),
        CardUnusable::Stale => state(
            "card-state-stale",
            "what J-LIS said of the certificate is older than 48 hours (a bound of ours), so that its state cannot be confirmed",
            "J-LISの失効情報が48時間（独自の上限）より古く、状態を確認できない",
        ),
        CardUnusable::Blocked => BLOCKED,
    }
}

const BLOCKED: Rule = Rule {
    name: "card-blocked",
    source: "DV等支援措置: 自己情報提供不可フラグ",
    effective_on: ONLINE_SINCE,
    english: "the person is protected, so that no card can be used as an insurance card",
    japanese: "支援措置の対象者のため、カードをマイナ保険証として使えない",
};
pub(super) const NOT_IN_FORCE: Rule = Rule {
    name: "card-not-in-force",
    source: "資格有効性 OQSCD006; 照会区分 1",
    effective_on: ONLINE_SINCE,
    english: "no coverage of the card's holder is in force on the check date; the one lost last is shown, or else the one that begins \
              first: invalid",
    japanese: "カードの本人に資格確認日に有効な資格がないため「無効」。最後に喪失した資格、なければ最初に始まる資格を返す",
};
pub(super) const IN_FORCE: Rule = Rule {
    name: "card-in-force",
    source: "資格有効性 OQSCD006; 照会区分 1",
    effective_on: ONLINE_SINCE,
    english: "a card shows every coverage of its holder that is in force on the check date: valid",
    japanese: "カードによる照会では、資格確認日に有効な資格をすべて返すため「有効」",
};
pub(super) const DISEASE: Rule = Rule {
    name: "specific-disease-certificate",
    source: "資格確認結果 OQS-IF-002; 健康保険法施行令41条9項ほか",
    effective_on: ONLINE_SINCE,
    english: "the certificates in force on the check date, shown by card and with the patient's consent",
    japanese: "資格確認日に有効な特定疾病療養受療証（カードによる照会で、本人同意あり）",
};
pub(super) const DISEASE_MISSING: Rule = Rule {
    name: "specific-disease-certificate-missing",
    source: "資格確認結果 OQS-IF-002",
    effective_on: ONLINE_SINCE,
    english: "consented, but no certificate is in force on the check date, so none is shown",
    japanese: "同意はあるが、資格確認日に有効な特定疾病療養受療証の登録がないため返さない",
};
pub(super) const DISEASE_NO_CONSENT: Rule = Rule {
    name: "specific-disease-no-consent",
    source: "特定疾病療養受療証提供同意 OQSCD016",
    effective_on: ONLINE_SINCE,
    english: "the certificate is not shown without the patient's consent",
    japanese: "本人同意がないため、特定疾病療養受療証情報は返さない",
};
pub(super) const CONSENTS: Rule = Rule {
    name: "consents-at-the-reader",
    source: "提供同意 OQSCD016",
    effective_on: ONLINE_SINCE,
    english: "as the patient decided at the reader; what is consented to can be fetched for 24 hours",
    japanese: "カードリーダーでの本人の選択のとおり。同意のある情報は24時間取得できる",
};
