//! `shikaku` (資格): the national side of オンライン資格確認 as a server anyone can run.
pub mod app;
pub mod clock;
pub mod config;
pub mod decide;
pub mod domain;
pub mod fixtures;
pub mod http;
pub mod identity;
pub mod metrics;
pub mod pki;
pub mod postgres;
pub mod query;
pub mod rules;
pub mod store;
pub mod telemetry;
pub mod wire;
