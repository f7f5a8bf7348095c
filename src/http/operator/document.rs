//! Makes the OpenAPI document: every operator route with each status it can answer, and the terminal routes for reference.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi as Document, RefOr, Response};

use crate::http::terminal;

use super::routes::routes;

/// The responses of every operator route besides its own.
const ALWAYS: [(&str, &str); 4] = [
    ("401", "The operator token is missing or wrong (SHK4001)"),
    ("500", "Internal error (SHK5005)"),
    ("503", "The database does not answer (SHK5002)"),
    ("504", "No answer within the time limit of a request (SHK5004)"),
];

/// The further responses of a route with a body.
const WITH_BODY: [(&str, &str); 4] = [
    ("400", "The request is malformed; `detail` names the field (SHK4003)"),
    ("408", "The body did not arrive completely (SHK1011)"),
    ("413", "The body is too large (SHK1010)"),
    ("415", "The route does not take this Content-Type, or the body is compressed (SHK2002, SHK1012)"),
];

/// The further responses of a route with query parameters.
const WITH_QUERY: [(&str, &str); 1] = [("400", "The query is malformed; `detail` says what is allowed (SHK4003)")];

/// Returns the OpenAPI document: operator routes, and the terminal routes for reference.
#[must_use]
pub fn document() -> Document {
    let (_, mut document) = routes().split_for_parts();
    for path in document.paths.paths.values_mut() {
        for operation in [&mut path.get, &mut path.put, &mut path.post].into_iter().flatten() {
            complete(operation);
        }
    }
    document.merge(terminal::document());
    document
}

/// Adds the responses that all routes of the kind have. Keeps the route's own description of a status.
fn complete(operation: &mut Operation) {
    let has_body = operation.request_body.is_some();
    let has_query = operation.parameters.iter().flatten().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == utoipa::openapi::path::ParameterIn::Query,
        RefOr::Ref(_) => false,
    });
    let bodies = has_body.then_some(WITH_BODY).into_iter().flatten();
    let queries = has_query.then_some(WITH_QUERY).into_iter().flatten();
    for (status, description) in ALWAYS.into_iter().chain(bodies).chain(queries) {
        let problem = || Content::new(Some(utoipa::openapi::Ref::from_schema_name("Problem")));
        let responses = &mut operation.responses.responses;
        let response = responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new(description)));
        if let RefOr::T(response) = response
            && response.content.is_empty()
        {
            response.content.insert("application/problem+json".to_owned(), problem().into());
        }
    }
    for (status, response) in &mut operation.responses.responses {
        // 404 and 409 that a route documents itself are problem documents too.
        if let (true, RefOr::T(response)) = (status.starts_with('4') && status.len() == 3, response)
            && response.content.is_empty()
        {
            let problem = Content::new(Some(utoipa::openapi::Ref::from_schema_name("Problem")));
            response.content.insert("application/problem+json".to_owned(), problem.into());
        }
    }
}
