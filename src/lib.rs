//! `shikaku` (資格): the national side of オンライン資格確認, as a server anyone can run.
//!
//! A clinic's terminal asks over mutual TLS whether a patient is insured, by whom, and what share they pay; the answer comes
//! out of PostgreSQL, where insurers register people. All data here is synthetic.
//!
//! # Invariants
//! * The centre ([`domain`], [`rules`], [`decide`], [`wire`]) does no I/O and knows no clock.
//! * Only [`store`] has SQL. Only [`wire`] knows element names and code strings. Only [`identity`] makes a
//!   [`VerifiedCaller`](identity::VerifiedCaller) or a [`VerifiedCard`](identity::card::VerifiedCard).
//! * Nobody is answered but the institution in the certificate, judged anew on every request.
//! * No answer leaves before its access-log record is committed, and with it the consents that were given and what the institution saw;
//!   one person of a file, one record. No answer depends on what the log holds.
//! * Nothing about people stands in logs, errors, metrics, URLs or `Debug`.
//! * What users see follows domain time, which comes from [`Clock`](clock::Clock) and may be set; leases, back-off, retention,
//!   terminals' certificates and tokens follow the system's. [`clock`] has the table.
//! * "Not found", "lost", "several match" are answers. An error means that we could not answer.
//! * Past rules of law never change; a new year is a new table.
//!
//! `tests/it/architecture/` holds the directions of imports, module by module, and that neither modules nor files stand on a circle:
//! `language ← domain ← rules ← decide ← query ← exchange ← http`; `query ← jobs, cli`; `domain ← store ← query, fixtures`;
//! `domain, decide ← wire ← exchange, http, jobs`; `domain ← identity ← query, exchange, http`; `rules ← calculator ← cases, http, cli`;
//! [`app`] and [`cli`] see everything. What answers messages ([`exchange`], [`query`], [`wire`]) does not know what carries them, and
//! [`http`] reads through [`query`], never past it from [`store`].
//!
//! # A question's way
//! 1. [`identity`] finishes the handshake, refuses or makes a caller, and hands each request on with it.
//! 2. [`http`] gives the request an id, and makes of its headers and its unread body what [`exchange::answer()`] takes. Every official
//!    message goes through that one function, whatever carries it.
//! 3. [`exchange`] judges the certificate again, makes sure that the institution is known and active, and reads the body within bounds.
//! 4. [`wire`] turns the bytes, in either format, into a request of domain types; or says what is wrong with them.
//! 5. The message's institution must be the certificate's. [`exchange`] makes a [`query::Own`] of the question, without which
//!    [`query`] answers nothing; otherwise the question is recorded and refused.
//! 6. [`query`] reads facts. Questions that wait at the same moment share one statement.
//! 7. [`decide`] makes the answer out of facts, check date and consent.
//! 8. [`query`] writes the access-log record. Records that wait at the same moment share one commit.
//! 9. [`wire`] writes the answer, in the element order of the real messages, and [`http`] makes a response of the reply.
//!
//! A file with many people takes the same steps in two halves: `bulk_register` keeps it and gives a reception number; a worker in
//! [`jobs`] takes its pieces under lease, makes the same decision, and commits result and access-log records together; `bulk_fetch`
//! gives the result out.
//!
//! To follow it in the code, begin at [`exchange`]'s `by_card.rs`; the same stem names the file of the path in `wire/message`,
//! `query`, `decide` and `store`. `wire/message/table.rs` lists every official message by its file id. CONTRIBUTING.md lists
//! where other things are, and what to touch for a change.

pub mod app;
pub mod calculator;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod config;
pub mod decide;
pub mod domain;
pub mod exchange;
pub mod fixtures;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod language;
pub mod metrics;
pub mod pki;
pub mod postgres;
pub mod query;
pub mod rules;
pub mod shares;
pub mod store;
pub mod telemetry;
pub mod terminal;
pub mod wire;
