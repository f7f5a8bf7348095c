//! The integration tests: the real server over real mutual TLS and a real PostgreSQL.
//!
//! One PostgreSQL for the run (a private one, or the server of `DATABASE_URL`), one database a test, copied from a template
//! with schema and fixtures. `support` starts worlds; every other file is about one area.

mod support;

mod access_log;
mod architecture;
mod ask;
mod ask_bulk;
mod bad_input;
mod bulk;
mod bulk_consented;
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
mod demo;
mod downloads;
mod explain;
mod explain_card;
mod fairness;
mod fixture_faults;
mod fixtures;
mod fuzz_corpus;
mod golden;
mod jlis;
mod kill;
mod limits;
mod load_smoke;
mod login;
mod migrations;
mod operator;
mod overload_memory;
mod people;
mod pki;
mod postgres;
mod privacy;
mod reference_numbers;
mod reload;
mod rules;
mod tls;
