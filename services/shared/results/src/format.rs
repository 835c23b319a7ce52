//! The formats of exported files.

use std::str::FromStr;

use thiserror::Error;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated, RFC 4180.
    Csv,
    /// Tab-separated, as PostgreSQL's COPY writes it.
    Tsv,
    /// An Excel workbook.
    Xlsx,
    /// Apache Parquet.
    Parquet,
}

/// A word that names no format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a file format: it is csv, tsv, xlsx or parquet")]
pub struct UnknownFormat;

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Tsv, Self::Xlsx, Self::Parquet];

    /// The word for it in contracts and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    /// How such files end, without the dot.
    pub const fn extension(self) -> &'static str {
        self.as_str()
    }

    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Tsv => "text/tab-separated-values; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == word).ok_or(UnknownFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_from_its_word() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert_eq!("doc".parse::<Format>(), Err(UnknownFormat));
    }
}
