//! Lists and shows the people that are loaded.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cards::CardView;
use super::fields;
use super::finding::FindingView;
use super::stable_id;
use super::state::OperatorState;
use crate::clock::tokyo_date;
use crate::decide::{Held, Holder, findings};
use crate::domain::{Coverage, PersonFacts, Registration, Yen};
use crate::http::error::HttpError;
use crate::wire::code;

const NOBODY: HttpError = HttpError::NotFound(Some("id: no person has this id"));

/// The number of people on a page.
const PAGE: i64 = 200;

/// The start of a page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// The last id of the previous page; by default the first page is returned.
    #[param(pattern = r"^[^\u0000]*$")]
    #[serde(default)]
    after: String,
}

/// The instant as of which a person is shown.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AsOf {
    /// An instant such as 2026-11-05T09:00:00+09:00: registrations are those of the registry as it stood then. By default those of
    /// now. Certificates of cards are always those of now.
    #[param(format = DateTime)]
    registered_by: Option<String>,
}

/// A person in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonLine {
    /// The stable id in the fixture files.
    id: String,
    /// One line about the person.
    about: Option<String>,
}

/// A person with every registration.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonView {
    /// The stable id in the fixture files.
    id: String,
    /// One line about the person.
    about: Option<String>,
    /// 不開示該当.
    address_withheld: bool,
    /// 自己情報提供不可.
    self_information_blocked: bool,
    /// 死亡日.
    #[schema(value_type = Option<String>, format = Date)]
    died_on: Option<Date>,
    /// Certificates of the person's card and phones, the oldest first.
    cards: Vec<CardView>,
    /// Registrations in order of acquisition.
    coverages: Vec<CoverageView>,
}

/// One insurer's registration.
#[derive(Serialize, ToSchema)]
pub(super) struct CoverageView {
    /// The registration's id, as explanations name it.
    id: i64,
    /// 保険者番号.
    insurer: String,
    /// 記号.
    symbol: Option<String>,
    /// 番号.
    number: String,
    /// 枝番.
    branch: Option<String>,
    /// 本人・家族 (code).
    relationship: Option<&'static str>,
    /// 被保険者証区分 (code).
    card_class: &'static str,
    /// 氏名.
    name: String,
    /// 氏名カナ.
    kana: Option<String>,
    /// 生年月日.
    #[schema(value_type = String, format = Date)]
    birth_on: Date,
    /// 資格取得日.
    #[schema(value_type = String, format = Date)]
    acquired_on: Date,
    /// 資格喪失日.
    #[schema(value_type = Option<String>, format = Date)]
    lost_on: Option<Date>,
    /// 喪失事由 (code).
    loss_reason: Option<&'static str>,
    /// 一部負担金割合.
    ratios: Vec<RatioView>,
    /// 高齢受給者証.
    elderly: Vec<RatioView>,
    /// 限度額適用認定証.
    limits: Vec<LimitView>,
    /// 特定疾病療養受療証.
    specific_diseases: Vec<DiseaseView>,
    /// 医療券・調剤券.
    tickets: Vec<TicketView>,
    /// Contradictions between the registration and the law; a coverage without a loss is judged until today, or until the
    /// day of `registered_by`.
    findings: Vec<FindingView>,
}

/// A ratio and the days on which it holds.
#[derive(Serialize, ToSchema)]
pub(super) struct RatioView {
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    through: Date,
    /// The tenths of the cost that the patient pays.
    wari: u8,
}

/// A limit certificate.
#[derive(Serialize, ToSchema)]
pub(super) struct LimitView {
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    through: Date,
    /// 認定証区分 (code).
    kind: &'static str,
    /// 適用区分 (code).
    category: &'static str,
    /// 長期入院該当年月日.
    #[schema(value_type = Option<String>, format = Date)]
    long_stay_on: Option<Date>,
}

/// A certificate of a specific disease.
#[derive(Serialize, ToSchema)]
pub(super) struct DiseaseView {
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    through: Date,
    /// 認定疾病区分 (code).
    disease: &'static str,
    /// 自己負担限度額 a month.
    self_pay_yen: u64,
}

/// A ticket of medical aid.
#[derive(Serialize, ToSchema)]
pub(super) struct TicketView {
    /// 診療年月, such as 2026-11.
    month: String,
    /// 指定医療機関コード: the institution that is shown the ticket.
    institution: String,
    /// 医療券・調剤券の別 (code).
    kind: &'static str,
    /// 診療別 (code).
    treatment: &'static str,
    /// 本人支払額.
    self_pay_yen: Option<u64>,
}

/// Lists the people that are loaded, by id, 200 on a page.
#[utoipa::path(get, path = "/api/people", tag = "registry", params(After), responses((status = 200, body = Vec<PersonLine>)))]
pub(super) async fn list(
    State(state): State<OperatorState>,
    wanted: Result<Query<After>, QueryRejection>,
) -> Result<Json<Vec<PersonLine>>, HttpError> {
    let Query(After { after }) = wanted.map_err(|_| HttpError::OperatorRequest("the query takes after, once".into()))?;
    if !stable_id::can_be(&after) {
        return Err(HttpError::OperatorRequest("after: must not hold NUL".into()));
    }
    let people = state.operations.people(&after, PAGE).await?;
    Ok(Json(people.into_iter().map(|(id, about)| PersonLine { id, about }).collect()))
}

/// Returns one person, by the stable id in the fixture files.
#[utoipa::path(
    get, path = "/api/people/{id}", tag = "registry",
    params(("id" = String, Path, description = "Stable id, such as elderly-2wari-tokyo"), AsOf),
    responses((status = 200, body = PersonView), (status = 404, description = "No person has this id (SHK4002)"))
)]
pub(super) async fn one(
    State(state): State<OperatorState>,
    id: Result<Path<String>, PathRejection>,
    wanted: Result<Query<AsOf>, QueryRejection>,
) -> Result<Json<PersonView>, HttpError> {
    let Query(AsOf { registered_by }) =
        wanted.map_err(|_| HttpError::OperatorRequest("the query takes registered_by, once".into()))?;
    let registered_by = fields::registered_by(registered_by.as_deref())?;
    // No person has an id that is not UTF-8.
    let Path(id) = id.map_err(|_| NOBODY)?;
    if !stable_id::can_be(&id) {
        return Err(NOBODY);
    }
    let (person, cards) = state.operations.person(&id, registered_by).await?.ok_or(NOBODY)?;
    let (protection, registrations) = match person.facts {
        Some(PersonFacts { protection, registrations, .. }) => (protection, registrations),
        None => Default::default(),
    };
    let today = tokyo_date(registered_by.unwrap_or_else(|| state.clock.now()));
    let held: Vec<Held> = registrations.iter().map(|one| Held::from(&*one.coverage)).collect();
    let holder = Holder { coverages: &held, died_on: person.died_on };
    Ok(Json(PersonView {
        id: person.fixture_id,
        about: person.about,
        address_withheld: protection.address_withheld,
        self_information_blocked: protection.self_information_blocked,
        died_on: person.died_on,
        cards: cards.into_iter().map(CardView::from).collect(),
        coverages: registrations.into_iter().map(|one| coverage_view(one, &holder, today)).collect(),
    }))
}

fn coverage_view(Registration { id, coverage, .. }: Registration, holder: &Holder<'_>, today: Date) -> CoverageView {
    let Coverage { key, identity, loss, .. } = &*coverage;
    let ratio = |period: crate::domain::Period, wari| RatioView { from: period.from(), through: period.through(), wari };
    CoverageView {
        id,
        insurer: key.insurer.to_string(),
        symbol: key.symbol.as_ref().map(|symbol| symbol.as_str().to_owned()),
        number: key.number.as_str().to_owned(),
        branch: key.branch.map(|branch| branch.as_str().to_owned()),
        relationship: coverage.relationship.map(code::relationship),
        card_class: code::card_class(coverage.card_class),
        name: identity.name.as_str().to_owned(),
        kana: identity.kana.as_ref().map(|kana| kana.as_str().to_owned()),
        birth_on: identity.birth_on.date(),
        acquired_on: coverage.acquired_on,
        lost_on: loss.map(|loss| loss.on),
        loss_reason: loss.map(|loss| code::loss_reason(loss.reason)),
        ratios: coverage.ratios.iter().map(|dated| ratio(dated.period, dated.ratio.tenths())).collect(),
        elderly: coverage.elderly.iter().map(|card| ratio(card.period, card.ratio.tenths())).collect(),
        limits: coverage
            .limits
            .iter()
            .map(|limit| LimitView {
                from: limit.period.from(),
                through: limit.period.through(),
                kind: code::limit_kind(limit.kind),
                category: code::limit_category(limit.category),
                long_stay_on: limit.long_stay_on,
            })
            .collect(),
        specific_diseases: coverage
            .specific_diseases
            .iter()
            .map(|certificate| DiseaseView {
                from: certificate.period.from(),
                through: certificate.period.through(),
                disease: code::specific_disease(certificate.disease),
                self_pay_yen: certificate.self_pay.amount(),
            })
            .collect(),
        tickets: coverage
            .tickets
            .iter()
            .map(|ticket| TicketView {
                month: ticket.month.to_string(),
                institution: ticket.institution.to_string(),
                kind: code::ticket_kind(ticket.kind),
                treatment: code::medical_treatment(ticket.treatment),
                self_pay_yen: ticket.self_pay.map(Yen::amount),
            })
            .collect(),
        findings: findings(&coverage, holder, today)
            .into_iter()
            .map(|one| FindingView::of(one, (id, key.insurer)))
            .collect(),
    }
}
