//! `shikaku` (資格): the national side of オンライン資格確認 as a server anyone can run.
pub mod decide;
pub mod domain;
pub mod fixtures;
pub mod postgres;
pub mod rules;
pub mod store;
pub mod wire;
