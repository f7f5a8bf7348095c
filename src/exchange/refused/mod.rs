//! The reasons why a message is refused, with their codes and texts.

mod kind;
mod refusal;
mod row;
mod rows;
mod table;

pub use kind::MessageRefused;
pub use row::Row;
pub(crate) use row::row;
