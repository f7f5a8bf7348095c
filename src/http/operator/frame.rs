//! The frame of the OpenAPI document: everything besides its routes.

use utoipa::OpenApi;

use crate::http::problem::Problem;

/// The document without routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "shikaku",
        description = "Operator API of shikaku, the national side of オンライン資格確認 as a server anyone can run. \
                       Terminals speak official messages to the other listener; the README shows how."
    ),
    components(schemas(Problem)),
    tags(
        (name = "state", description = "Health, readiness and metrics of the server"),
        (name = "registry", description = "The people, insurers and cards that are loaded"),
        (name = "bulk", description = "Files with questions about many people"),
        (name = "law", description = "Calculations by the rules of law"),
        (name = "terminal", description = "Routes of the terminal listener (mutual TLS), for reference")
    )
)]
pub(super) struct Frame;
