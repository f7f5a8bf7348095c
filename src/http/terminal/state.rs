//! What terminal routes work with.

use std::sync::Arc;

use crate::exchange::Parts;
use crate::identity::Tokens;

/// What terminal routes work with.
#[derive(Clone)]
pub struct TerminalState {
    /// What messages are answered with.
    pub exchange: Arc<Parts>,
    /// Login tokens.
    pub tokens: Arc<Tokens>,
}
