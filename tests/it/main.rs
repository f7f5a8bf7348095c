//! The integration tests: the real server over real mutual TLS and a real PostgreSQL.
//!
//! One PostgreSQL serves the run: a private one, or the server of `DATABASE_URL`. Each test has a database of its own,
//! copied from a template with schema and fixtures. `support` starts worlds; every other file is about one area.

mod support;

mod access_log;
mod answer_forms;
mod architecture;
mod ask;
mod ask_bulk;
mod bad_input;
mod bulk;
mod bulk_bounds;
mod bulk_consented;
mod bulk_locks;
mod bulk_medical_aid;
mod bulk_memory;
mod bulk_model;
mod bulk_operator;
mod bulk_workers;
mod callers;
mod card_certificates;
mod card_signatures;
mod cards;
mod challenges;
mod checkout;
mod demo;
mod documents;
mod downloads;
mod early_refusals;
mod environment;
mod eras;
mod explain;
mod explain_card;
mod fairness;
mod findings;
mod fixture_faults;
mod fixture_numbers;
mod fixtures;
mod floods;
mod framing;
mod fuzz_corpus;
mod golden;
mod inconsistent;
mod japanese;
mod jlis;
mod kill;
mod limits;
mod load_smoke;
mod loads;
mod login;
mod look_alikes;
mod lookup_plans;
mod mass;
mod mass_load;
mod mass_load_interrupted;
mod mass_load_killed;
mod mass_load_model;
mod migration_rules;
mod migrations;
mod negotiation;
mod operator;
mod overload_memory;
mod people;
mod pki;
mod population;
mod postgres;
mod privacy;
mod reference_numbers;
mod refusals;
mod registrations;
mod registrations_bounds;
mod registrations_kinds;
mod registrations_model;
mod registrations_tickets;
mod registrations_undone;
mod reload;
mod rules;
mod search_by_token;
mod shift_jis;
mod store;
mod terminal_certificates;
mod tls;
mod trust;
mod two_times;
mod upgrade;
mod version_columns;
mod version_times;
mod versions;
mod versions_model;

// The allocator of the shipped program, because some tests start servers in this process and measure memory.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
