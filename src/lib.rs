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
//! * "Not found", "lost", "several match" are answers. A failure means that we could not answer.
//! * Past rules of law never change; a new year is a new table.
//!
//! `tests/it/architecture/` holds the directions of imports, module by module, and that neither modules nor files stand on a circle:
//! `language ← domain ← rules ← decide ← query ← exchange ← http`; `query ← jobs, cli`; `domain ← store ← query, fixtures`;
//! `domain, decide ← wire ← exchange, http, jobs, mass`; `store ← mass ← population ← cli`;
//! `domain ← identity ← query, exchange, http`; `rules ← calculator ← cases, http, cli`; [`app`] and [`cli`] see everything. What
//! answers messages ([`exchange`], [`query`], [`wire`]) does not know what carries them, and
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
//! A file with many people takes the same steps in two halves: `bulk_register` keeps it as a batch, under a reception number; a worker
//! in [`jobs`] takes its slices under lease, makes the same decision, and commits result and access-log records together; `bulk_fetch`
//! gives the result out.
//!
//! To follow it in the code, begin at [`exchange`]'s `by_card.rs`; the same stem names the file of the path in `wire/message`,
//! `query`, `decide` and `store`. `wire/message/table.rs` lists every official message by its file id. CONTRIBUTING.md lists
//! where other things are, and what to touch for a change.
//!
//! # Words
//! One name for a thing, and one thing for a name.
//!
//! | word | meaning |
//! |---|---|
//! | file | The bytes that a terminal uploads or downloads in one message (一括照会, its result), and the word of texts for users. |
//! | batch | A registered file as the system keeps it: its people, its state, its result. |
//! | reception number | 受付番号: the number of a batch that its institution gets, and fetches the result by. |
//! | slice | The people of a batch that one worker answers and commits at once, under lease. |
//! | unit | The answer about one person in a result. |
//! | part | The bytes of a result that a `Range` header asks for; in [`decide`], what one reason explains of an answer. |
//! | chunk | The bytes of a body that are sent or received at once. |
//! | group | The questions that one statement answers together, and the log records of one commit. |
//! | record | What an answer shows of a coverage; in the access log, a log record: who asked about whom, and what was shown. |
//! | registration | A coverage as the registry keeps it, with its id; in paths and commands, what insurers send. |
//! | notice | What an insurer sends about one coverage: a gain, a loss, a correction; an entry for users. |
//! | notice file | The notices of one request. |
//! | consent | 提供同意: what a patient allows the institution to see, until when. |
//! | mark | A keyed hash of the 限度額適用認定証 that an institution saw last. It tells whether the certificate has changed. |
//! | place | The number of a slice in its batch, from 0; in [`shares`], what one request or connection occupies. |
//!
//! Words for "no":
//!
//! | word | meaning |
//! |---|---|
//! | refusal, refused | The server does not act on a message. The answer is an official error with a code; types named `…Refused` say why. |
//! | fault | What is wrong with an input, with its place and the reason. A fault in a message refuses it. |
//! | malformed | The fault of a text or of bytes that cannot be read at all. |
//! | failure, failed | The server could not do what it should: the database, a deadline, a batch that was given up. |
//! | error | The code and the text of a refusal (エラーコード), and Rust types named `…Error`: why a function did not return what it should. |
//! | miss | A lookup that finds nobody. It is an answer, and counts against guessing. |
//! | invalid | 無効, a validity of a coverage; of a login token, that it is not one of ours or is another terminal's. |
//! | finding | What contradicts the law in registered data, which are stored and answered from all the same. |
//!
//! Terms of art:
//!
//! | term | meaning here |
//! |---|---|
//! | idempotent | Done twice, it has the effect of once: a group of log records, a load of the registry. |
//! | lease | A slice belongs to one worker until a system time; the worker renews it. |
//! | fencing token | The id of a lease. Every write of its holder names it, so that a worker that lost the lease changes nothing. |
//! | proof of possession | A signature over a challenge: it shows that the card, and not only its certificate, is present. |
//! | back-pressure | A result's next chunk is made only after the client has taken the one before. |
//! | materialise | To work a result out as a whole and hold it for those who read it: an array within a statement, the column `coverage.sole`. |

pub mod app;
pub mod calculator;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod command_line;
pub mod config;
pub mod decide;
pub mod domain;
pub mod exchange;
pub mod fixtures;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod language;
pub mod mass;
pub mod metrics;
pub mod pki;
pub mod population;
pub mod postgres;
pub mod query;
pub mod rules;
pub mod shares;
pub mod store;
pub mod telemetry;
pub mod terminal;
pub mod wire;
