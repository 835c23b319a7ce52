//! Research queries from end to end: the four real services, the demo's research database, a real browser.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod ends;
mod escapes;
mod foreign;
mod people;
mod results;
