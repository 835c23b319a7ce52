//! Pure rules: who may use which database, and what a catalogue of databases is.

pub(crate) mod access;
pub(crate) mod catalogue;
