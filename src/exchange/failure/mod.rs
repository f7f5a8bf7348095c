//! Why a message gets no answer, and what is said of it.

mod kind;
mod refusal;
mod row;
mod rows;
mod table;

pub use kind::Failure;
pub use row::Row;
pub(crate) use row::row;
