//! Reads an entry that an insurer sends.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::fields::instant;
use super::json;
use super::registration_fields::{CoverageFields, Entry, LossFields, OfCoverage};
use crate::clock::tokyo_date;
use crate::domain::{
    BirthDate, BranchNumber, CardKey, CardNumber, CardSymbol, CopayRatio, CoverageChange, CoverageName, DatedRatio,
    ElderlyCertificate, InsurerNumber, LimitCertificate, Loss, Notice, NoticeAction, NoticeRefused, Period, PersonalText,
    PostNumber, RegisteredDays, SpecificDiseaseCertificate, Yen, check_notice_id,
};
use crate::wire::code;

/// Reads the insurer's name of an entry, as far as it can be read.
pub(super) fn id_of(entry: &Value) -> Option<String> {
    entry.get("id").and_then(Value::as_str).and_then(|id| check_notice_id(id).ok())
}

/// Reads an entry of `insurer` at the time `now`.
///
/// # Errors
/// The path of the field, the reason and the right form.
pub(super) fn read(entry: &Value, insurer: InsurerNumber, now: Timestamp) -> Result<Notice, NoticeRefused> {
    let entry: Entry = json::from_value(entry).map_err(NoticeRefused::Malformed)?;
    if let Some(number) = &entry.insurer
        && of("insurer", InsurerNumber::parse(number))? != insurer
    {
        return Err(NoticeRefused::OtherInsurer);
    }
    let reader = Reader { insurer, days: RegisteredDays::seen_on(tokyo_date(now)) };
    let id = of("id", check_notice_id(&entry.id))?;
    let registered_at = entry.registered_at.as_deref().map(|text| instant("registered_at", text)).transpose();
    let registered_at = registered_at.map_err(NoticeRefused::Malformed)?;
    let action = reader.action(entry)?;
    Ok(Notice { id, registered_at, action })
}

/// Adds the path of the field to the reason.
fn of<T, E: std::fmt::Display>(path: &str, parsed: Result<T, E>) -> Result<T, NoticeRefused> {
    parsed.map_err(|reason| NoticeRefused::Malformed(format!("{path}: {reason}")))
}

/// Reads a value of a code table.
fn coded<T>(path: &str, text: &str, parse: fn(&str) -> Option<T>, known: &'static str) -> Result<T, NoticeRefused> {
    of(path, parse(text).ok_or(known))
}

/// Reads a part that null removes.
fn part<T>(
    given: Option<Option<String>>,
    read: impl Fn(&str) -> Result<T, NoticeRefused>,
) -> Result<Option<Option<T>>, NoticeRefused> {
    given.map(|text| text.as_deref().map(&read).transpose()).transpose()
}

struct Reader {
    insurer: InsurerNumber,
    days: RegisteredDays,
}

impl Reader {
    fn action(&self, entry: Entry) -> Result<NoticeAction, NoticeRefused> {
        let Entry { kind, person, acquired_on, of: name, coverage, loss, .. } = entry;
        let needed = |field: &str| NoticeRefused::Malformed(format!("missing field `{field}` of a {kind}"));
        let foreign = [
            ("person", person.is_some(), &["gain"][..]),
            ("acquired_on", acquired_on.is_some(), &["gain"]),
            ("of", name.is_some(), &["loss", "closing", "correction", "withdrawal"]),
            ("coverage", coverage.is_some(), &["gain", "correction"]),
            ("loss", loss.is_some(), &["loss", "closing"]),
        ];
        let kinds = ["gain", "loss", "closing", "correction", "withdrawal"];
        if !kinds.contains(&&*kind) {
            return Err(NoticeRefused::Malformed(format!("kind: must be one of {}", kinds.join(", "))));
        }
        for (field, is_given, takes) in foreign {
            match (is_given, takes.contains(&&*kind)) {
                (true, false) => {
                    return Err(NoticeRefused::Malformed(format!(
                        "{field}: a {kind} has no such field; {} have",
                        takes.join(", ")
                    )));
                }
                (false, true) => return Err(needed(field)),
                _ => {}
            }
        }
        let loss = loss.map(|loss| self.loss("loss", &loss)).transpose()?;
        let name = name.map(|name| self.name(name)).transpose()?;
        let coverage = coverage.map(|coverage| self.coverage(coverage)).transpose()?.map(Box::new);
        Ok(match (kind.as_str(), name, coverage, loss) {
            ("loss", Some(name), _, Some(loss)) => NoticeAction::Loss(name, loss),
            ("closing", Some(name), _, Some(loss)) => NoticeAction::Closing(name, loss),
            ("correction", Some(name), Some(change), _) => NoticeAction::Correction(name, change),
            ("withdrawal", Some(name), _, _) => NoticeAction::Withdrawal(name),
            (_, _, Some(coverage), _) => NoticeAction::Gain {
                person: stable_id("person", person)?.ok_or_else(|| needed("person"))?,
                acquired_on: self.date("acquired_on", &acquired_on.ok_or_else(|| needed("acquired_on"))?)?,
                coverage,
            },
            _ => return Err(needed("of")),
        })
    }

    fn name(&self, name: OfCoverage) -> Result<CoverageName, NoticeRefused> {
        Ok(CoverageName {
            person: stable_id("of.person", name.person)?,
            key: CardKey {
                insurer: self.insurer,
                symbol: of("of.symbol", name.symbol.as_deref().map(CardSymbol::parse).transpose())?,
                number: of("of.number", CardNumber::parse(&name.number))?,
                branch: of("of.branch", name.branch.as_deref().map(BranchNumber::parse).transpose())?,
            },
            acquired_on: self.date("of.acquired_on", &name.acquired_on)?,
        })
    }

    fn loss(&self, path: &str, loss: &LossFields) -> Result<Loss, NoticeRefused> {
        let known = "must be 01 (death), 02 (medical aid), 03 (other insurance) or 99 (other)";
        Ok(Loss {
            on: self.date(&format!("{path}.on"), &loss.on)?,
            reason: coded(&format!("{path}.reason"), &loss.reason, code::parse_loss_reason, known)?,
        })
    }

    fn coverage(&self, fields: CoverageFields) -> Result<CoverageChange, NoticeRefused> {
        let text = |path: &'static str| move |text: &str| of(path, PersonalText::parse(text));
        let day = |path: &'static str| move |text: &str| self.date(path, text);
        let sex = |path: &'static str| move |text: &str| coded(path, text, code::parse_sex, "must be 1, 2 or 3");
        let birth = |text: String| of("coverage.birth_on", BirthDate::new(self.date("coverage.birth_on", &text)?));
        let relationship =
            |text: &str| coded("coverage.relationship", text, code::parse_relationship, "must be 1 (本人) or 2 (家族)");
        let card_class =
            |text: String| coded("coverage.card_class", &text, code::parse_card_class, "must be 01 to 07, or A1");
        let loss = |loss: Option<LossFields>| loss.map(|loss| self.loss("coverage.loss", &loss)).transpose();
        Ok(CoverageChange {
            symbol: part(fields.symbol, |text| of("coverage.symbol", CardSymbol::parse(text)))?,
            number: fields.number.map(|text| of("coverage.number", CardNumber::parse(&text))).transpose()?,
            branch: part(fields.branch, |text| of("coverage.branch", BranchNumber::parse(text)))?,
            relationship: part(fields.relationship, relationship)?,
            card_class: fields.card_class.map(card_class).transpose()?,
            name: fields.name.as_deref().map(text("coverage.name")).transpose()?,
            kana: part(fields.kana, text("coverage.kana"))?,
            other_name: part(fields.other_name, text("coverage.other_name"))?,
            other_kana: part(fields.other_kana, text("coverage.other_kana"))?,
            insured_name: part(fields.insured_name, text("coverage.insured_name"))?,
            sex: fields.sex.as_deref().map(sex("coverage.sex")).transpose()?,
            sex_on_back: part(fields.sex_on_back, sex("coverage.sex_on_back"))?,
            birth_on: fields.birth_on.map(birth).transpose()?,
            post_number: part(fields.post_number, |text| of("coverage.post_number", PostNumber::parse(text)))?,
            address: part(fields.address, text("coverage.address"))?,
            loss: fields.loss.map(loss).transpose()?,
            card_issued_on: part(fields.card_issued_on, day("coverage.card_issued_on"))?,
            card_valid_from: part(fields.card_valid_from, day("coverage.card_valid_from"))?,
            card_valid_through: part(fields.card_valid_through, day("coverage.card_valid_through"))?,
            ratios: each("coverage.ratio", fields.ratio, |path, ratio| {
                Ok(DatedRatio { period: self.period(path, &ratio.from, &ratio.through)?, ratio: wari(path, ratio.wari)? })
            })?,
            elderly: each("coverage.elderly", fields.elderly, |path, card| {
                Ok(ElderlyCertificate {
                    issued_on: self.optional(path, "issued_on", card.issued_on.as_deref())?,
                    period: self.period(path, &card.from, &card.through)?,
                    ratio: wari(path, card.wari)?,
                })
            })?,
            limits: each("coverage.limit", fields.limit, |path, limit| {
                let (kind, category) = (format!("{path}.kind"), format!("{path}.category"));
                Ok(LimitCertificate {
                    kind: coded(&kind, &limit.kind, code::parse_limit_kind, "must be 01, 02 or 03")?,
                    category: coded(
                        &category,
                        &limit.category,
                        code::parse_limit_category,
                        "must be A01 to A06 or B01 to B10",
                    )?,
                    issued_on: self.optional(path, "issued_on", limit.issued_on.as_deref())?,
                    period: self.period(path, &limit.from, &limit.through)?,
                    long_stay_on: self.optional(path, "long_stay_on", limit.long_stay_on.as_deref())?,
                })
            })?,
            specific_diseases: each("coverage.specific_disease", fields.specific_disease, |path, card| {
                let disease = format!("{path}.disease");
                let self_pay = Yen::try_from(card.self_pay_yen).ok().filter(|yen| *yen <= Yen::new(20_000));
                Ok(SpecificDiseaseCertificate {
                    disease: coded(&disease, &card.disease, code::parse_specific_disease, "must be 1, 2 or 3")?,
                    issued_on: self.optional(path, "issued_on", card.issued_on.as_deref())?,
                    period: self.period(path, &card.from, &card.through)?,
                    self_pay: of(&format!("{path}.self_pay_yen"), self_pay.ok_or("must be 0 to 20,000"))?,
                })
            })?,
        })
    }

    fn period(&self, path: &str, from: &str, through: &str) -> Result<Period, NoticeRefused> {
        let from = self.date(&format!("{path}.from"), from)?;
        of(path, Period::new(from, self.date(&format!("{path}.through"), through)?))
    }

    fn optional(&self, path: &str, field: &str, text: Option<&str>) -> Result<Option<Date>, NoticeRefused> {
        text.map(|text| self.date(&format!("{path}.{field}"), text)).transpose()
    }

    /// Reads a day of the form YYYY-MM-DD, from 1868 to a hundred years ahead. An open end is 9999-12-31.
    fn date(&self, path: &str, text: &str) -> Result<Date, NoticeRefused> {
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let parsed: Option<Date> = if plain { text.parse().ok() } else { None };
        let day = of(path, parsed.ok_or("not a date of the form YYYY-MM-DD that exists"))?;
        if self.days.contains(day) || (path.ends_with("through") && day == RegisteredDays::OPEN) {
            return Ok(day);
        }
        of(path, Err(format!("must lie between {} and {}", RegisteredDays::FIRST, self.days.last())))
    }
}

fn wari(path: &str, tenths: i64) -> Result<CopayRatio, NoticeRefused> {
    of(&format!("{path}.wari"), CopayRatio::from_tenths(tenths).ok_or("must be 1, 2 or 3"))
}

/// Reads every entry of a list, with its path.
fn each<F, T>(
    path: &str,
    list: Option<Vec<F>>,
    read: impl Fn(&str, F) -> Result<T, NoticeRefused>,
) -> Result<Option<Vec<T>>, NoticeRefused> {
    let read_all =
        |list: Vec<F>| list.into_iter().enumerate().map(|(place, entry)| read(&format!("{path}[{place}]"), entry)).collect();
    list.map(read_all).transpose()
}

/// Reads a stable id of a person, as in the fixture files.
fn stable_id(path: &str, text: Option<String>) -> Result<Option<String>, NoticeRefused> {
    let legal = |text: &str| {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=60).contains(&text.len()) && text.bytes().all(letters)
    };
    match text {
        Some(text) if !legal(&text) => of(path, Err("must have 1 to 60 lower-case letters, digits and hyphens")),
        text => Ok(text),
    }
}
