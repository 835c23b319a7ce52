//! Pure rules: who may use which database, what a catalogue is, how a run lives and in which order runs are
//! served, what people keep.

pub(crate) mod access;
pub(crate) mod catalogue;
pub(crate) mod cut;
pub(crate) mod fair;
pub(crate) mod highlighter;
pub(crate) mod people;
pub(crate) mod query;
pub(crate) mod run;
pub(crate) mod saved_query;
pub(crate) mod standard_query;
pub(crate) mod structure_document;
pub(crate) mod text_anywhere;
pub(crate) mod words;
