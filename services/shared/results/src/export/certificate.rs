//! What is said of a result inside an exported file.

/// Labels and values, in order: a sheet in workbooks, metadata in Parquet. CSV and TSV have no place for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateText(pub Vec<(String, String)>);
