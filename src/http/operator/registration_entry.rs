//! Reads an entry that an insurer sends.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::fields::instant;
use super::json;
use super::registration_fields::{
    CardFields, CertificateFields, CoverageFields, DiseaseFields, ElderlyFields, Entry, LimitFields, LossFields, OfCoverage,
    RatioFields, ReturnedFields,
};
use super::registration_ticket::{ticket, ticket_name};
use super::registration_values::{coded, of};
use crate::clock::tokyo_date;
use crate::domain::{
    BirthDate, BranchNumber, CardId, CardKey, CardLink, CardNumber, CardSymbol, CertificateKind, CertificateSerial,
    CopayRatio, CoverageChange, CoverageName, DatedRatio, ElderlyCertificate, InsurerNumber, IssuedCertificate,
    LimitCertificate, Loss, Notice, NoticeAction, NoticeRefused, Period, PersonalText, PostNumber, ProtectionChange,
    RegisteredDays, ReturnedCertificate, SpecificDisease, SpecificDiseaseCertificate, Yen, check_notice_id, parse_date,
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
    let id = of("id", check_notice_id(&entry.id))?;
    let registered_at = entry.registered_at.as_deref().map(|text| instant("registered_at", text)).transpose();
    let registered_at = registered_at.map_err(NoticeRefused::Malformed)?;
    let registered_on = tokyo_date(registered_at.unwrap_or(now));
    let reader = Reader { insurer, days: RegisteredDays::seen_on(tokyo_date(now)), registered_on };
    let action = reader.action(entry)?;
    Ok(Notice { id, registered_at, action })
}

/// Reads a part that null removes.
fn part<T>(
    given: Option<Option<String>>,
    read: impl Fn(&str) -> Result<T, NoticeRefused>,
) -> Result<Option<Option<T>>, NoticeRefused> {
    given.map(|text| text.as_deref().map(&read).transpose()).transpose()
}

/// The kinds of entries.
const KINDS: [&str; 13] = [
    "gain",
    "loss",
    "closing",
    "correction",
    "withdrawal",
    "ratio",
    "certificate",
    "certificate_withdrawal",
    "ticket",
    "ticket_withdrawal",
    "death",
    "card_link",
    "protection",
];

/// Kinds that name a coverage of the insurer.
const OF_COVERAGE: [&str; 9] = [
    "loss",
    "closing",
    "correction",
    "withdrawal",
    "ratio",
    "certificate",
    "certificate_withdrawal",
    "ticket",
    "ticket_withdrawal",
];

fn unknown_kind() -> NoticeRefused {
    NoticeRefused::Malformed(format!("kind: must be one of {}", KINDS.join(", ")))
}

/// Checks that the entry has the fields of its kind and no others.
fn check_fields(entry: &Entry) -> Result<(), NoticeRefused> {
    let kind = entry.kind.as_str();
    if !KINDS.contains(&kind) {
        return Err(unknown_kind());
    }
    let of_protection = [entry.address_withheld, entry.self_information_blocked];
    let fields = [
        ("person", entry.person.is_some(), &["gain", "death", "card_link", "protection"][..]),
        ("acquired_on", entry.acquired_on.is_some(), &["gain"]),
        ("of", entry.of.is_some(), &OF_COVERAGE),
        ("coverage", entry.coverage.is_some(), &["gain", "correction"]),
        ("loss", entry.loss.is_some(), &["loss", "closing"]),
        ("ratio", entry.ratio.is_some(), &["ratio"]),
        ("certificate", entry.certificate.is_some(), &["certificate"]),
        ("returned", entry.returned.is_some(), &["certificate_withdrawal"]),
        ("ticket", entry.ticket.is_some(), &["ticket"]),
        ("withdrawn", entry.withdrawn.is_some(), &["ticket_withdrawal"]),
        ("died_on", entry.died_on.is_some(), &["death"]),
        ("card", entry.card.is_some(), &["card_link"]),
        ("address_withheld` or `self_information_blocked", of_protection.iter().any(Option::is_some), &["protection"]),
    ];
    for (field, is_given, takes) in fields {
        match (is_given, takes.contains(&kind)) {
            (true, false) => {
                let field = field.replace('`', "");
                let (takes, have) = (takes.join(", "), if takes.len() == 1 { "has" } else { "have" });
                return Err(NoticeRefused::Malformed(format!("{field}: a {kind} has no such field; {takes} {have}")));
            }
            (false, true) => return Err(NoticeRefused::Malformed(format!("missing field `{field}` of a {kind}"))),
            _ => {}
        }
    }
    Ok(())
}

/// Reads 認定疾病区分.
fn disease(path: &str, text: &str) -> Result<SpecificDisease, NoticeRefused> {
    coded(path, text, code::parse_specific_disease, "must be 1, 2 or 3")
}

/// Reads a certificate of a card.
fn card(fields: CardFields) -> Result<CardLink, NoticeRefused> {
    let moment = |field: &str, text: &str| instant(field, text).map_err(NoticeRefused::Malformed);
    let kind = coded("card.medium", &fields.medium, code::parse_card_kind, "must be card, android or ios")?;
    let valid_from = moment("card.valid_from", &fields.valid_from)?;
    let valid_through = moment("card.valid_through", &fields.valid_through)?;
    if valid_through < valid_from {
        return of("card.valid_through", Err("must not lie before `card.valid_from`"));
    }
    let old = fields.supersedes.map(|old| card_id("card.supersedes", &old.issuer, &old.serial)).transpose()?;
    let id = card_id("card", &fields.issuer, &fields.serial)?;
    Ok(CardLink { id, kind, valid_from, valid_through, supersedes: old })
}

fn card_id(path: &str, issuer: &str, serial: &str) -> Result<CardId, NoticeRefused> {
    let octets = |text: &str| HEXLOWER.decode(text.as_bytes()).ok().filter(|octets| (1..=64).contains(&octets.len()));
    let issuer = octets(issuer).ok_or("must be 1 to 64 octets in lower-case hexadecimal");
    let serial = octets(serial).and_then(|octets| CertificateSerial::new(&octets).ok());
    let form = "must be a positive number of 1 to 20 octets in lower-case hexadecimal";
    Ok(CardId { issuer: of(&format!("{path}.issuer"), issuer)?, serial: of(&format!("{path}.serial"), serial.ok_or(form))? })
}

struct Reader {
    insurer: InsurerNumber,
    days: RegisteredDays,
    /// The day on which the entry counts as registered.
    registered_on: Date,
}

impl Reader {
    fn action(&self, entry: Entry) -> Result<NoticeAction, NoticeRefused> {
        check_fields(&entry)?;
        let (kind, person) = (entry.kind.as_str(), entry.person);
        let needed = |field: &str| NoticeRefused::Malformed(format!("missing field `{field}` of a {kind}"));
        let person = || stable_id("person", person.clone())?.ok_or_else(|| needed("person"));
        let name = entry.of.map(|name| self.name(name)).transpose()?;
        let name = || name.clone().ok_or_else(|| needed("of"));
        let loss = entry.loss.map(|loss| self.loss("loss", &loss)).transpose()?;
        let loss = || loss.ok_or_else(|| needed("loss"));
        let coverage = entry.coverage.map(|coverage| self.coverage(coverage)).transpose()?.map(Box::new);
        let coverage = || coverage.clone().ok_or_else(|| needed("coverage"));
        Ok(match kind {
            "gain" => NoticeAction::Gain {
                person: person()?,
                acquired_on: self.date("acquired_on", &entry.acquired_on.ok_or_else(|| needed("acquired_on"))?)?,
                coverage: coverage()?,
            },
            "loss" => NoticeAction::Loss(name()?, loss()?),
            "closing" => NoticeAction::Closing(name()?, loss()?),
            "correction" => NoticeAction::Correction(name()?, coverage()?),
            "withdrawal" => NoticeAction::Withdrawal(name()?),
            "ratio" => NoticeAction::Ratio(name()?, self.ratio("ratio", entry.ratio.ok_or_else(|| needed("ratio"))?)?),
            "certificate" => NoticeAction::Certificate(
                name()?,
                self.certificate(entry.certificate.ok_or_else(|| needed("certificate"))?)?,
            ),
            "certificate_withdrawal" => NoticeAction::CertificateWithdrawal(
                name()?,
                self.returned(&entry.returned.ok_or_else(|| needed("returned"))?)?,
            ),
            "ticket" => {
                let fields = entry.ticket.ok_or_else(|| needed("ticket"))?;
                let period = self.period("ticket", &fields.from, &fields.through)?;
                NoticeAction::Ticket(name()?, Box::new(ticket("ticket", &fields, period)?))
            }
            "ticket_withdrawal" => NoticeAction::TicketWithdrawal(
                name()?,
                ticket_name("withdrawn", &entry.withdrawn.ok_or_else(|| needed("withdrawn"))?)?,
            ),
            "death" => NoticeAction::Death {
                person: person()?,
                died_on: self.died_on(&entry.died_on.ok_or_else(|| needed("died_on"))?)?,
            },
            "card_link" => {
                NoticeAction::CardLink { person: person()?, card: card(entry.card.ok_or_else(|| needed("card"))?)? }
            }
            "protection" => NoticeAction::Protection {
                person: person()?,
                change: ProtectionChange {
                    address_withheld: entry.address_withheld,
                    self_information_blocked: entry.self_information_blocked,
                },
            },
            _ => return Err(unknown_kind()),
        })
    }

    fn ratio(&self, path: &str, ratio: RatioFields) -> Result<DatedRatio, NoticeRefused> {
        Ok(DatedRatio { period: self.period(path, &ratio.from, &ratio.through)?, ratio: wari(path, ratio.wari)? })
    }

    fn elderly(&self, path: &str, card: ElderlyFields) -> Result<ElderlyCertificate, NoticeRefused> {
        Ok(ElderlyCertificate {
            issued_on: self.optional(path, "issued_on", card.issued_on.as_deref())?,
            period: self.period(path, &card.from, &card.through)?,
            ratio: wari(path, card.wari)?,
        })
    }

    fn limit(&self, path: &str, limit: LimitFields) -> Result<LimitCertificate, NoticeRefused> {
        let (kind, category) = (format!("{path}.kind"), format!("{path}.category"));
        Ok(LimitCertificate {
            kind: coded(&kind, &limit.kind, code::parse_limit_kind, "must be 01, 02 or 03")?,
            category: coded(&category, &limit.category, code::parse_limit_category, "must be A01 to A06 or B01 to B10")?,
            issued_on: self.optional(path, "issued_on", limit.issued_on.as_deref())?,
            period: self.period(path, &limit.from, &limit.through)?,
            long_stay_on: self.optional(path, "long_stay_on", limit.long_stay_on.as_deref())?,
        })
    }

    fn disease(&self, path: &str, card: DiseaseFields) -> Result<SpecificDiseaseCertificate, NoticeRefused> {
        let most = SpecificDiseaseCertificate::MOST_SELF_PAY;
        let self_pay = Yen::try_from(card.self_pay_yen).ok().filter(|yen| *yen <= most);
        Ok(SpecificDiseaseCertificate {
            disease: disease(&format!("{path}.disease"), &card.disease)?,
            issued_on: self.optional(path, "issued_on", card.issued_on.as_deref())?,
            period: self.period(path, &card.from, &card.through)?,
            self_pay: of(&format!("{path}.self_pay_yen"), self_pay.ok_or("must be 0 to 20,000"))?,
        })
    }

    fn certificate(&self, fields: CertificateFields) -> Result<IssuedCertificate, NoticeRefused> {
        match (fields.elderly, fields.limit, fields.specific_disease) {
            (Some(card), None, None) => self.elderly("certificate.elderly", card).map(IssuedCertificate::Elderly),
            (None, Some(limit), None) => self.limit("certificate.limit", limit).map(IssuedCertificate::Limit),
            (None, None, Some(card)) => {
                self.disease("certificate.specific_disease", card).map(IssuedCertificate::SpecificDisease)
            }
            _ => of("certificate", Err("must have one of elderly, limit and specific_disease")),
        }
    }

    fn returned(&self, fields: &ReturnedFields) -> Result<ReturnedCertificate, NoticeRefused> {
        let kind = match (fields.kind.as_str(), &fields.disease) {
            ("elderly", None) => CertificateKind::Elderly,
            ("limit", None) => CertificateKind::Limit,
            ("specific_disease", Some(text)) => CertificateKind::SpecificDisease(disease("returned.disease", text)?),
            ("specific_disease", None) | ("elderly" | "limit", Some(_)) => {
                return of("returned.disease", Err("goes with the kind specific_disease"));
            }
            _ => return of("returned.kind", Err("must be elderly, limit or specific_disease")),
        };
        let (from, on) = (self.date("returned.from", &fields.from)?, self.date("returned.on", &fields.on)?);
        if on < from {
            return of("returned.on", Err("must not lie before `returned.from`"));
        }
        Ok(ReturnedCertificate { kind, from, on })
    }

    fn died_on(&self, text: &str) -> Result<Date, NoticeRefused> {
        let died_on = self.date("died_on", text)?;
        if died_on > self.registered_on {
            return of("died_on", Err("must not lie after the day on which it is registered"));
        }
        Ok(died_on)
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
            ratios: each("coverage.ratio", fields.ratio, |path, ratio| self.ratio(path, ratio))?,
            elderly: each("coverage.elderly", fields.elderly, |path, card| self.elderly(path, card))?,
            limits: each("coverage.limit", fields.limit, |path, limit| self.limit(path, limit))?,
            specific_diseases: each("coverage.specific_disease", fields.specific_disease, |path, card| {
                self.disease(path, card)
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

    /// Reads a day of the form YYYY-MM-DD or of an era, from 1868 to a hundred years ahead. An open end is 9999-12-31.
    fn date(&self, path: &str, text: &str) -> Result<Date, NoticeRefused> {
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day = if plain {
            of(path, text.parse().map_err(|_| "not a date of the form YYYY-MM-DD that exists"))?
        } else {
            of(path, parse_date(text))?
        };
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
