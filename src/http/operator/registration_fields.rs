//! The fields of an entry that an insurer sends, in JSON.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// An entry: one change of one coverage, or of one person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The insurer's own name of the entry: 1 to 64 printable ASCII characters. The same entry is applied once, however often it is
    /// sent.
    #[schema(min_length = 1, max_length = 64)]
    pub id: String,
    /// gain (資格取得), loss (資格喪失), closing (遡及喪失: a loss that begins earlier than the one registered), correction (訂正),
    /// withdrawal (取消: it should never have been registered), ratio (負担割合), certificate (issued or renewed),
    /// certificate_withdrawal (returned or withdrawn), ticket (医療券・調剤券 is issued), ticket_withdrawal, death (死亡), card_link
    /// (利用申込) or protection (不開示, 自己情報提供不可).
    #[schema(
        pattern = "^(gain|loss|closing|correction|withdrawal|ratio|certificate|certificate_withdrawal|ticket|ticket_withdrawal|death|card_link|protection)$"
    )]
    pub kind: String,
    /// 保険者番号; if it is given, it must be that of the path.
    pub insurer: Option<String>,
    /// The instant from which on the registry says so, such as 2026-11-12T10:00:00+09:00; by default the server's present. It is not in
    /// the future, and not before the last change of the person.
    #[schema(format = DateTime)]
    pub registered_at: Option<String>,
    /// Of a gain, death, card_link or protection: the person's stable id, in the place of 個人番号. A gain adds a person who is not
    /// known yet; of others the insurer must have a coverage.
    pub person: Option<String>,
    /// Of a gain: 資格取得日.
    #[schema(format = Date)]
    pub acquired_on: Option<String>,
    /// Of all that change one coverage: the coverage.
    pub of: Option<OfCoverage>,
    /// Of a gain: the coverage, with at least number, name, sex and birth_on. Of a correction: the parts that change; null removes a part.
    pub coverage: Option<CoverageFields>,
    /// Of a loss or a closing: the loss.
    pub loss: Option<LossFields>,
    /// Of a ratio: 一部負担金割合 of 後期高齢者医療 and its days. On other days the ratios stay as they are.
    pub ratio: Option<RatioFields>,
    /// Of a certificate: what is issued or renewed.
    pub certificate: Option<CertificateFields>,
    /// Of a certificate_withdrawal: what is returned or withdrawn.
    pub returned: Option<ReturnedFields>,
    /// Of a ticket: 医療券・調剤券 that is issued. One with the same name, as in a ticket_withdrawal, is replaced.
    pub ticket: Option<TicketFields>,
    /// Of a ticket_withdrawal: the ticket, as it is registered.
    pub withdrawn: Option<TicketNameFields>,
    /// Of a death: 死亡日.
    #[schema(format = Date)]
    pub died_on: Option<String>,
    /// Of a card_link: the certificate.
    pub card: Option<CardFields>,
    /// Of a protection: 不開示該当.
    pub address_withheld: Option<bool>,
    /// Of a protection: 自己情報提供不可.
    pub self_information_blocked: Option<bool>,
}

/// A certificate: one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateFields {
    /// 高齢受給者証.
    pub elderly: Option<ElderlyFields>,
    /// 限度額適用認定証.
    pub limit: Option<LimitFields>,
    /// 特定疾病療養受療証.
    pub specific_disease: Option<DiseaseFields>,
}

/// The end of a certificate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnedFields {
    /// elderly, limit or specific_disease.
    #[schema(pattern = "^(elderly|limit|specific_disease)$")]
    pub kind: String,
    /// 認定疾病区分 of a specific_disease: 1, 2 or 3.
    pub disease: Option<String>,
    /// 有効開始年月日, as it is registered.
    #[schema(format = Date)]
    pub from: String,
    /// The first day without the certificate. On the day `from` the certificate was never valid.
    #[schema(format = Date)]
    pub on: String,
}

/// A certificate of a card or phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CardFields {
    /// The key identifier of the issuer, in lower-case hexadecimal.
    pub issuer: String,
    /// The serial number, in lower-case hexadecimal.
    pub serial: String,
    /// card, android or ios.
    #[schema(pattern = "^(card|android|ios)$")]
    pub medium: String,
    /// The first instant of the certificate.
    #[schema(format = DateTime)]
    pub valid_from: String,
    /// The last second of the certificate.
    #[schema(format = DateTime)]
    pub valid_through: String,
    /// The person's certificate of the same medium in use, which it replaces.
    pub supersedes: Option<CardName>,
}

/// How a certificate of a card is named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CardName {
    /// The key identifier of the issuer, in lower-case hexadecimal.
    pub issuer: String,
    /// The serial number, in lower-case hexadecimal.
    pub serial: String,
}

/// How an insurer names its coverage.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfCoverage {
    /// The person's stable id; needed only if several people have such a card.
    pub person: Option<String>,
    /// 記号.
    pub symbol: Option<String>,
    /// 番号.
    pub number: String,
    /// 枝番.
    pub branch: Option<String>,
    /// 資格取得日.
    #[schema(format = Date)]
    pub acquired_on: String,
}

/// The end of a coverage.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LossFields {
    /// 資格喪失日: the first day without the coverage.
    #[schema(format = Date)]
    pub on: String,
    /// 喪失事由: 01 death, 02 medical aid, 03 other insurance, 99 other.
    pub reason: String,
}

/// Parts of a coverage. Lists replace the whole list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CoverageFields {
    /// 記号.
    #[serde(default, deserialize_with = "given")]
    pub symbol: Option<Option<String>>,
    /// 番号.
    pub number: Option<String>,
    /// 枝番.
    #[serde(default, deserialize_with = "given")]
    pub branch: Option<Option<String>>,
    /// 本人・家族: 1 or 2.
    #[serde(default, deserialize_with = "given")]
    pub relationship: Option<Option<String>>,
    /// 被保険者証区分: 01 to 07, or A1; by default 01, or A1 of a welfare office.
    pub card_class: Option<String>,
    /// 氏名.
    pub name: Option<String>,
    /// 氏名カナ.
    #[serde(default, deserialize_with = "given")]
    pub kana: Option<Option<String>>,
    /// 通称.
    #[serde(default, deserialize_with = "given")]
    pub other_name: Option<Option<String>>,
    /// 通称カナ.
    #[serde(default, deserialize_with = "given")]
    pub other_kana: Option<Option<String>>,
    /// 被保険者氏名・世帯主氏名.
    #[serde(default, deserialize_with = "given")]
    pub insured_name: Option<Option<String>>,
    /// 性別: 1, 2 or 3.
    pub sex: Option<String>,
    /// 性別 on the back of the card: 1, 2 or 3.
    #[serde(default, deserialize_with = "given")]
    pub sex_on_back: Option<Option<String>>,
    /// 生年月日.
    #[schema(format = Date)]
    pub birth_on: Option<String>,
    /// 郵便番号.
    #[serde(default, deserialize_with = "given")]
    pub post_number: Option<Option<String>>,
    /// 住所.
    #[serde(default, deserialize_with = "given")]
    pub address: Option<Option<String>>,
    /// The loss.
    #[serde(default, deserialize_with = "given")]
    pub loss: Option<Option<LossFields>>,
    /// 交付年月日 of the card.
    #[serde(default, deserialize_with = "given")]
    pub card_issued_on: Option<Option<String>>,
    /// 有効開始年月日 of the card.
    #[serde(default, deserialize_with = "given")]
    pub card_valid_from: Option<Option<String>>,
    /// 有効終了年月日 of the card, inclusive.
    #[serde(default, deserialize_with = "given")]
    pub card_valid_through: Option<Option<String>>,
    /// 一部負担金割合, of 後期高齢者医療.
    pub ratio: Option<Vec<RatioFields>>,
    /// 高齢受給者証.
    pub elderly: Option<Vec<ElderlyFields>>,
    /// 限度額適用認定証.
    pub limit: Option<Vec<LimitFields>>,
    /// 特定疾病療養受療証.
    pub specific_disease: Option<Vec<DiseaseFields>>,
}

/// A ratio and the days on which it holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RatioFields {
    #[schema(format = Date)]
    pub from: String,
    #[schema(format = Date)]
    pub through: String,
    /// The tenths of the cost that the patient pays: 1, 2 or 3.
    pub wari: i64,
}

/// 高齢受給者証.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ElderlyFields {
    #[schema(format = Date)]
    pub issued_on: Option<String>,
    #[schema(format = Date)]
    pub from: String,
    #[schema(format = Date)]
    pub through: String,
    /// The tenths of the cost that the patient pays: 1, 2 or 3.
    pub wari: i64,
}

/// 限度額適用認定証.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitFields {
    /// 認定証区分: 01, 02 or 03.
    pub kind: String,
    /// 適用区分: A01 to A06 or B01 to B10.
    pub category: String,
    #[schema(format = Date)]
    pub issued_on: Option<String>,
    #[schema(format = Date)]
    pub from: String,
    #[schema(format = Date)]
    pub through: String,
    /// 長期入院該当年月日.
    #[schema(format = Date)]
    pub long_stay_on: Option<String>,
}

/// 特定疾病療養受療証.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DiseaseFields {
    /// 認定疾病区分: 1, 2 or 3.
    pub disease: String,
    #[schema(format = Date)]
    pub issued_on: Option<String>,
    #[schema(format = Date)]
    pub from: String,
    #[schema(format = Date)]
    pub through: String,
    /// 自己負担限度額 a month: 0 to 20,000 yen.
    pub self_pay_yen: i64,
}

/// 医療券・調剤券. No other institution than its own is shown it, and only in its month.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketFields {
    /// 医療券・調剤券の別: 01 or 02.
    pub kind: String,
    /// 診療年月, such as 2026-11.
    pub month: String,
    #[schema(format = Date)]
    pub from: String,
    /// Like `from`, a day in `month`.
    #[schema(format = Date)]
    pub through: String,
    /// 交付番号.
    pub issue_number: Option<String>,
    /// 医療機関コード of 指定医療機関.
    pub institution: String,
    /// Its name, as written by the welfare office.
    pub institution_name: Option<String>,
    /// 医療機関コード of 処方箋発行元医療機関; a 調剤券 (02) has one, a 医療券 (01) none.
    pub prescriber: Option<String>,
    /// Its name, as written by the welfare office.
    pub prescriber_name: Option<String>,
    /// 診療別: 01, 02, 03, 04 or 05.
    pub treatment: String,
    /// 本人支払額: 0 to 10,000,000 yen.
    pub self_pay_yen: Option<i64>,
    /// 地区担当員名.
    pub district_contact: Option<String>,
    /// 取扱担当者名.
    pub handling_contact: Option<String>,
    /// 併用 (true) or 単独 (false, the default).
    #[serde(default)]
    pub combined: bool,
    /// 不整合; by default false.
    #[serde(default)]
    pub inconsistent: bool,
    /// The other payers: social_insurance, infection, elderly_care and prefecture.
    #[serde(default)]
    pub beside: Vec<String>,
    /// 傷病名, three at most.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub injuries: Vec<String>,
    /// 備考, three at most.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub remarks: Vec<String>,
}

/// How a ticket is named; each field as it is registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketNameFields {
    /// 医療券・調剤券の別: 01 or 02.
    pub kind: String,
    /// 診療年月, such as 2026-11.
    pub month: String,
    /// 医療機関コード of 指定医療機関.
    pub institution: String,
    /// 診療別: 01, 02, 03, 04 or 05.
    pub treatment: String,
    /// 医療機関コード of 処方箋発行元医療機関, of a 調剤券.
    pub prescriber: Option<String>,
    /// 交付番号, if the ticket has one.
    pub issue_number: Option<String>,
}

/// Keeps null apart from a field that is not given.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(source: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(source).map(Some)
}
