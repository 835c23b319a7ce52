//! Pure rules: what a catalogue of databases is, and who may see it.

pub(crate) mod access;
pub(crate) mod catalogue;
