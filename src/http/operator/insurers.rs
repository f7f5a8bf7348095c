//! Lists the insurers that are loaded.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::state::OperatorState;
use crate::http::error::HttpError;

/// An insurer, and the number of its coverages.
#[derive(Serialize, ToSchema)]
pub(super) struct InsurerView {
    /// 保険者番号, without padding.
    number: String,
    /// 保険者名称.
    name: String,
    /// 制度.
    scheme: &'static str,
    /// Number of coverages that it has registered.
    coverages: i64,
}

/// Lists every insurer that is loaded.
#[utoipa::path(get, path = "/api/insurers", tag = "registry", responses((status = 200, body = Vec<InsurerView>)))]
pub(super) async fn list(State(state): State<OperatorState>) -> Result<Json<Vec<InsurerView>>, HttpError> {
    let sizes = state.operations.insurers().await?;
    let views = sizes.into_iter().map(|size| InsurerView {
        number: size.insurer.number.to_string(),
        scheme: size.insurer.number.scheme().japanese(),
        name: size.insurer.name,
        coverages: size.coverages,
    });
    Ok(Json(views.collect()))
}
