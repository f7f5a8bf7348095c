//! Operator routes: health, metrics, documents, and what is loaded. Plain HTTP, on a loopback address or behind a token.

mod batches;
mod cards;
mod document;
mod explain;
mod explain_card;
pub mod explanation;
mod fields;
mod finding;
mod frame;
mod health;
mod insurers;
mod json;
mod limits;
mod metrics;
mod people;
mod registration_entry;
mod registration_fields;
mod registration_file;
mod registration_ticket;
mod registration_values;
mod registrations;
mod router;
mod routes;
mod serve;
mod simulation;
mod stable_id;
mod state;
mod token;

pub use document::document;
pub use router::router;
pub use serve::serve;
pub use state::OperatorState;
