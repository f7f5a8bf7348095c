//! Statistics of a population: what it holds beside what its profile wants.
//!
//! [`Counts`] takes people one by one and keeps numbers only, so that memory does not grow with the population; [`Lags`] does the
//! same with entries of insurers. [`Report`] sets the numbers beside the targets; [`table()`] and [`page()`] show it.

mod counts;
mod lags;
mod page;
mod page_style;
mod report;
mod section;
mod table;

pub use counts::Counts;
pub use lags::{LagFault, Lags};
pub use page::page;
pub use report::{AgeBand, Report};
pub use section::{Row, Section, Target, Verdict};
pub use table::table;
