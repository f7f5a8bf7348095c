//! The fault of a question.

use std::borrow::Cow;

use crate::language::{Bilingual, Japanese, Language};

/// A question that cannot be answered: the wrong field and the reason. It holds no value from the question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct FieldFault {
    /// The wrong field.
    pub field: Cow<'static, str>,
    /// The reason why it is refused.
    pub reason: Bilingual,
}

impl FieldFault {
    /// Makes a fault of `field`.
    pub fn new(field: impl Into<Cow<'static, str>>, reason: impl Into<Bilingual>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

impl Japanese for FieldFault {
    fn japanese(&self) -> Cow<'static, str> {
        format!("{}: {}", self.field, self.reason.text(Language::Ja)).into()
    }
}
