//! Letters: typst templates to tagged PDF.
