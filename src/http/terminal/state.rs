//! The state of terminal routes.

use std::sync::Arc;

use crate::exchange::Parts;
use crate::identity::Tokens;

/// The state of terminal routes.
#[derive(Clone)]
pub struct TerminalState {
    /// Answers messages.
    pub exchange: Arc<Parts>,
    /// Issues and checks login tokens.
    pub tokens: Arc<Tokens>,
}
