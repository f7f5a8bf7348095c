//! 同意済資格情報一括取得: patients who showed their card for home visits or online care.

use jiff::SignedDuration;
use shikaku::clock::Clock;
use shikaku::domain::{Consent, TreatmentKind};
use shikaku::wire::Format;

use crate::support::bulk::{Clinic, json_file, outcomes, parse, text, units};
use crate::support::card::{Reader, Shown, card};
use crate::support::world::fixed_now;
use crate::support::{OTHER_CLINIC, World, outcome, refused};

const HEADER: &str = r#""MedicalInstitutionCode":"1310012344","ArbitraryFileIdentifier":"CONSENT""#;

/// Makes a file that asks for the patients of a range of days.
fn wanted(what: &str, from: &str, to: &str, treatment: &str) -> Vec<u8> {
    let info = format!(r#""{what}DateFrom":"{from}","{what}DateTo":"{to}","MedicalTreatmentFlag":"{treatment}""#);
    json_file(HEADER, &format!(r#""QualificationConfirmSearchInfo":{{{info}}}"#))
}

async fn show(world: &World, name: &str, treatment: TreatmentKind, consents: &[Consent]) {
    let mut reader = Reader::of(world).await;
    let flag = if treatment == TreatmentKind::Visit { "2" } else { "3" };
    let challenge = reader.challenge_for(flag).await;
    let shown =
        Shown { treatment, consents: consents.iter().copied().collect(), ..Shown::signing(&card(world, name), &challenge) };
    assert_eq!(reader.show(&shown).await.status, 200, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn patients_of_the_days_with_what_still_holds() {
    let world = World::start().await;
    show(&world, "kumiai-dialysis", TreatmentKind::Visit, &[Consent::Limit, Consent::SpecificDisease, Consent::Drug]).await;
    show(&world, "kyokai-insured-tokyo", TreatmentKind::Visit, &[]).await;
    show(&world, "kyokai-insured-tokyo", TreatmentKind::Online, &[Consent::Drug]).await;
    let mut clinic = Clinic::of(&world).await;
    let number = clinic.upload_as("OQSmuhvq01", Format::Json, wanted("Consent", "20261122", "20261122", "2")).await;
    for format in [Format::Json, Format::Xml] {
        let reply = clinic.result_as("OQSmuhvq02", format, &number).await;
        let result = parse(format, &reply.body);
        assert_eq!(text(&result, "NumberOfProcessingResult"), Some("2"));
        assert_eq!(outcomes(&result), vec![("1".to_owned(), None, Some("1".to_owned())); 2]);
        let dialysis = units(&result).iter().find(|unit| text(unit, "SpecificDiseasesSelfPay").is_some()).unwrap();
        assert_eq!(text(dialysis, "SpecificDiseasesSelfPay"), Some("20000"));
        assert_eq!(text(dialysis, "PharmacistsInfoConsFlg"), Some("1"));
        assert_eq!(text(dialysis, "PharmacistsInfoConsTime"), Some("20261122093015"));
        assert_eq!(text(dialysis, "PharmacistsInfoAvailableTime"), Some("20261123093015"));
        assert_eq!(text(dialysis, "DiagnosisInfoConsFlg"), Some("0"));
        let insured = units(&result).iter().find(|unit| text(unit, "Name") == Some("試験　太郎")).unwrap();
        assert_eq!(text(insured, "PharmacistsInfoConsFlg"), Some("0"));
    }
    // Two days later, when the consents have expired, both people are still found. The next test checks what is shown.
    let later = world.another(Clock::fixed(fixed_now() + SignedDuration::from_hours(48))).await;
    let mut there = Clinic::of(&later).await;
    let number = there.upload_as("OQSmuhvq01", Format::Json, wanted("Consent", "20261101", "20261130", "2")).await;
    // A worker of either server may do the work, so the test looks only at the check date, which the receiving server sets.
    let reply = there.result_as("OQSmuhvq02", Format::Json, &number).await;
    let result = parse(Format::Json, &reply.body);
    assert_eq!(text(&result, "QualificationConfirmationDate"), Some("20261124"));
    assert_eq!(units(&result).len(), 2);
    later.stop().await;

    // Online care is asked for separately, by day of consent or of examination.
    for what in ["Consent", "Examination"] {
        let number = clinic.upload_as("OQSmuonq01", Format::Json, wanted(what, "20261122", "20261122", "3")).await;
        let reply = clinic.result_as("OQSmuonq02", Format::Json, &number).await;
        assert_eq!(units(&parse(Format::Json, &reply.body)).len(), 1, "{what}");
    }
    // Days without patients, and another institution: a complete result without people.
    let number = clinic.upload_as("OQSmuhvq01", Format::Json, wanted("Consent", "20261101", "20261121", "2")).await;
    let reply = clinic.fetch_as("OQSmuhvq02", Format::Json, &number).await;
    let nobody = parse(Format::Json, &reply.body);
    assert_eq!((text(&nobody, "SegmentOfResult"), text(&nobody, "NumberOfProcessingResult")), (Some("1"), Some("0")));
    let mut other = Clinic::at(&world, OTHER_CLINIC).await;
    let theirs =
        String::from_utf8(wanted("Consent", "20261122", "20261122", "2")).unwrap().replace("1310012344", OTHER_CLINIC);
    let number = other.upload_as("OQSmuhvq01", Format::Json, theirs.into_bytes()).await;
    let reply = other.result_as("OQSmuhvq02", Format::Json, &number).await;
    assert_eq!(units(&parse(Format::Json, &reply.body)).len(), 0);
    // Each person of a result has a record.
    assert!(world.database.count("select count(*) from access_log where path = 4 and treatment = 2").await >= 4);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_consents_show_nothing() {
    let world = World::start().await;
    show(&world, "kumiai-dialysis", TreatmentKind::Visit, &[Consent::Limit, Consent::SpecificDisease, Consent::Drug]).await;
    let database = world.database.clone();
    let pki = world.pki.clone();
    let later = world.another(Clock::fixed(fixed_now() + SignedDuration::from_hours(48))).await;
    // Only the later server works from here.
    world.stop().await;
    let mut there = Clinic::of(&later).await;
    let number = there.upload_as("OQSmuhvq01", Format::Json, wanted("Consent", "20261101", "20261130", "2")).await;
    let result = parse(Format::Json, &there.result_as("OQSmuhvq02", Format::Json, &number).await.body);
    assert_eq!(outcomes(&result), [("1".into(), None, Some("1".into()))]);
    assert_eq!(text(&result, "PharmacistsInfoConsFlg"), Some("2"));
    assert_eq!(text(&result, "LimitApplicationCertificateRelatedConsFlg"), Some("2"));
    assert_eq!(text(&result, "SpecificDiseasesCertificateRelatedConsFlg"), Some("2"));
    assert_eq!(text(&result, "SpecificDiseasesSelfPay"), None);
    assert_eq!(text(&result, "LimitApplicationCertificateClassification"), None);
    drop((database, pki));
    later.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_that_are_not_taken() {
    let world = World::start().await;
    let mut clinic = Clinic::of(&world).await;
    for (id, file, code) in [
        ("OQSmuhvq01", wanted("Consent", "20261123", "20261122", "2"), "SHK1009"),
        ("OQSmuhvq01", wanted("Consent", "20261122", "20261131", "2"), "SHK1009"),
        ("OQSmuhvq01", wanted("Consent", "20261122", "20261122", "3"), "SHK1009"),
        ("OQSmuhvq01", wanted("Examination", "20261122", "20261122", "2"), "SHK1006"),
        ("OQSmuonq01", wanted("Consent", "20261122", "20261122", "2"), "SHK1009"),
        ("OQSmuonq01", json_file(HEADER, ""), "SHK1008"),
    ] {
        let reply = clinic.post(id, Format::Json, file).await;
        assert_eq!(outcome(Format::Json, &reply), refused(400, code), "{id}");
    }
    world.stop().await;
}
