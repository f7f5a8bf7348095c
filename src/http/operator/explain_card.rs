//! `POST /api/explain` with a card.

use serde::Deserialize;
use utoipa::ToSchema;

use super::cards;
use super::explanation::Explanation;
use super::fields::{check_date, institution, registered_by};
use super::state::OperatorState;
use crate::clock::tokyo_date;
use crate::decide::CertificateDays;
use crate::domain::{CertificateQuery, Consent, Consents, HolderVerification, TreatmentKind};
use crate::http::error::HttpError;
use crate::wire::code;

/// A card that is shown, by its certificate. Its holder is assumed to be present.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownCard {
    /// The certificate in PEM.
    certificate: String,
    /// 資格確認日, from 1900-01-01 to 2999-12-31.
    #[schema(format = Date)]
    check_on: String,
    /// What the patient consents to, such as limit and drug; by default everything.
    consents: Option<Vec<String>>,
    /// 医療機関コード of the institution that asks. Without it no 医療券 is shown.
    institution: Option<String>,
    /// An instant: the holder's registrations are those of the registry as it stood then. By default the present ones.
    #[schema(format = DateTime)]
    registered_by: Option<String>,
}

/// Decides as a lookup by card would, and explains the answer.
pub(super) async fn explain(state: &OperatorState, card: &ShownCard) -> Result<Explanation, HttpError> {
    let now = state.clock.now();
    let query = CertificateQuery {
        holder: HolderVerification::Pin,
        treatment: TreatmentKind::Outpatient,
        consents: consents(card.consents.as_deref())?,
        check_on: check_date(&card.check_on)?,
    };
    let institution = institution(card.institution.as_deref())?;
    let registered_by = registered_by(card.registered_by.as_deref())?;
    let certificate = cards::read(state, "certificate", &card.certificate)?;
    let days = CertificateDays {
        shown_on: tokyo_date(now),
        from: tokyo_date(certificate.not_before()),
        through: tokyo_date(certificate.not_after()),
    };
    let answered = state.operations.answer_card(&certificate, institution, &query, now, registered_by).await?;
    let (answer, lost_with_insured) = answered;
    Ok(Explanation { registered_by, ..Explanation::of_card(&query, &answer, days, lost_with_insured) })
}

fn consents(words: Option<&[String]>) -> Result<Consents, HttpError> {
    let Some(words) = words else { return Ok(Consents::all()) };
    let parsed: Option<Consents> = words.iter().map(|word| code::parse_consent_word(word)).collect();
    parsed.ok_or_else(|| {
        let known: Vec<&str> = Consent::ALL.into_iter().map(code::consent_word).collect();
        HttpError::OperatorRequest(format!("consents: each must be one of {}", known.join(", ")).into())
    })
}
