//! Pure rules: who may use which database, and what a catalogue of databases is.

pub(crate) mod access;
pub(crate) mod catalogue;
pub(crate) mod highlighter;
pub(crate) mod query;
pub(crate) mod saved_query;
pub(crate) mod standard_query;
