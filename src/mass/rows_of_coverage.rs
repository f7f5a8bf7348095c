//! Rows of one coverage: the coverage itself, its ratios, certificates and tickets.

use crate::domain::{
    Beside, Coverage, ElderlyCertificate, LimitCertificate, MedicalTicket, PersonalText, SpecificDiseaseCertificate,
};
use crate::wire::code;

use super::kind::Kind;
use super::row::Row;

/// Adds the rows of the coverage at `place` (from 1) of a person.
pub(super) fn coverage(files: &mut [Vec<u8>; Kind::COUNT], person: &str, place: usize, coverage: &Coverage) {
    registration(row(files, Kind::Coverages, person, place), coverage);
    for dated in &coverage.ratios {
        let period = dated.period;
        let row = row(files, Kind::Ratios, person, place).date(period.from()).date(period.through());
        row.number(dated.ratio.tenths().into()).end(Kind::Ratios.columns());
    }
    for certificate in &coverage.elderly {
        elderly(row(files, Kind::Certificates, person, place), certificate);
    }
    for certificate in &coverage.limits {
        limit(row(files, Kind::Certificates, person, place), certificate);
    }
    for certificate in &coverage.specific_diseases {
        specific_disease(row(files, Kind::Certificates, person, place), certificate);
    }
    for entry in &coverage.tickets {
        ticket(row(files, Kind::Tickets, person, place), entry);
    }
}

/// Begins a row of a kind about the coverage at a place.
fn row<'a>(files: &'a mut [Vec<u8>; Kind::COUNT], kind: Kind, person: &str, place: usize) -> Row<'a> {
    Row::on(&mut files[kind as usize]).text(person).number(place as u64)
}

fn text(text: &Option<PersonalText>) -> Option<&str> {
    text.as_ref().map(PersonalText::as_str)
}

fn registration(row: Row<'_>, coverage: &Coverage) {
    let (key, identity, card) = (&coverage.key, &coverage.identity, coverage.card);
    let row = row.text(key.insurer.as_str()).maybe(key.symbol.as_ref().map(|symbol| symbol.as_str()));
    let row = row.text(key.number.as_str()).maybe(key.branch.as_ref().map(|branch| branch.as_str()));
    let row = row.maybe(coverage.relationship.map(code::relationship)).text(code::card_class(coverage.card_class));
    let row = row.date(coverage.acquired_on).maybe_date(coverage.loss.map(|loss| loss.on));
    let row = row.maybe(coverage.loss.map(|loss| code::loss_reason(loss.reason)));
    let row = row.text(identity.name.as_str()).maybe(text(&identity.kana)).maybe(text(&identity.other_name));
    let row = row.maybe(text(&identity.other_kana)).maybe(text(&identity.insured_name));
    let row = row.text(code::sex(identity.sex)).maybe(identity.sex_on_back.map(code::sex)).date(identity.birth_on.date());
    let row = row.maybe(identity.post_number.as_ref().map(|post| post.as_str())).maybe(text(&identity.address));
    let row = row.maybe_date(card.issued_on).maybe_date(card.valid_from).maybe_date(card.valid_through);
    row.end(Kind::Coverages.columns());
}

fn elderly(row: Row<'_>, certificate: &ElderlyCertificate) {
    let period = certificate.period;
    let row = row.text("elderly").date(period.from()).date(period.through()).maybe_date(certificate.issued_on);
    let row = row.number(certificate.ratio.tenths().into()).text("").text("").text("").text("").text("");
    row.end(Kind::Certificates.columns());
}

fn limit(row: Row<'_>, certificate: &LimitCertificate) {
    let period = certificate.period;
    let row = row.text("limit").date(period.from()).date(period.through()).maybe_date(certificate.issued_on).text("");
    let row = row.text(code::limit_kind(certificate.kind)).text(code::limit_category(certificate.category));
    row.maybe_date(certificate.long_stay_on).text("").text("").end(Kind::Certificates.columns());
}

fn specific_disease(row: Row<'_>, certificate: &SpecificDiseaseCertificate) {
    let period = certificate.period;
    let row = row.text("specific_disease").date(period.from()).date(period.through()).maybe_date(certificate.issued_on);
    let row = row.text("").text("").text("").text("").text(code::specific_disease(certificate.disease));
    row.number(certificate.self_pay.amount()).end(Kind::Certificates.columns());
}

fn ticket(row: Row<'_>, ticket: &MedicalTicket) {
    let period = ticket.period;
    let row = row.text(code::ticket_kind(ticket.kind)).text(&ticket.month.to_string());
    let row = row.date(period.from()).date(period.through());
    let row = row.text(ticket.institution.as_str()).maybe(text(&ticket.institution_name)).maybe(text(&ticket.issue_number));
    let row = row.maybe(ticket.prescriber.as_ref().map(|one| one.institution.as_str()));
    let row = row.maybe(ticket.prescriber.as_ref().and_then(|one| text(&one.name)));
    let row = row.text(code::medical_treatment(ticket.treatment)).maybe_number(ticket.self_pay.map(|yen| yen.amount()));
    let row = row.flag(ticket.combined).text(&beside(ticket.beside)).flag(ticket.inconsistent);
    let mut row = row.maybe(text(&ticket.district_contact)).maybe(text(&ticket.handling_contact));
    for lines in [&ticket.injuries, &ticket.remarks] {
        for place in 0..MedicalTicket::LINES {
            row = row.maybe(lines.get(place).map(PersonalText::as_str));
        }
    }
    row.end(Kind::Tickets.columns());
}

/// The other payers, as the words of fixture files.
pub(super) const PAYERS: [&str; 4] = ["social_insurance", "infection", "elderly_care", "prefecture"];

/// Returns the other payers as words, separated by blanks.
fn beside(beside: Beside) -> String {
    let given = [beside.social_insurance, beside.infection, beside.elderly_care, beside.prefecture];
    let given: Vec<&str> = PAYERS.into_iter().zip(given).filter_map(|(word, given)| given.then_some(word)).collect();
    given.join(" ")
}
