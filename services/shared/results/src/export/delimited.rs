//! CSV and TSV.
//!
//! Both are UTF-8 without a byte-order mark, with the names of columns as first line, and values as module
//! `canonical` writes them; texts that a spreadsheet would run get an apostrophe (module `formula`).
//! CSV is RFC 4180: lines end with CR LF; NULL is nothing at all, an empty text is `""`; text with a quote, comma,
//! CR or LF, or with a blank at either end, stands in quotes, its own quotes doubled.
//! TSV is the text format of PostgreSQL's COPY: lines end with LF; NULL is `\N`; backslash, tab, LF and CR inside
//! text are `\\`, `\t`, `\n` and `\r`.

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use super::ExportError;
use super::formula::is_risky;
use super::press::Encoder;
use crate::canonical::write_value;
use crate::value::{Cells, Value};

/// A way to tell cells and lines apart.
pub(super) trait Style: Send {
    const SEPARATOR: u8;
    const END: &'static [u8];
    const NULL: &'static [u8];

    fn write_text(text: &str, out: &mut Vec<u8>);
}

/// RFC 4180.
pub(super) struct Csv;

impl Style for Csv {
    const SEPARATOR: u8 = b',';
    const END: &'static [u8] = b"\r\n";
    const NULL: &'static [u8] = b"";

    #[inline]
    fn write_text(text: &str, out: &mut Vec<u8>) {
        let risky = is_risky(text);
        if !needs_quotes(text.as_bytes()) {
            if risky {
                out.push(b'\'');
            }
            out.extend_from_slice(text.as_bytes());
            return;
        }
        out.push(b'"');
        if risky {
            out.push(b'\'');
        }
        let mut pieces = text.split('"');
        out.extend_from_slice(pieces.next().unwrap_or_default().as_bytes());
        for piece in pieces {
            out.extend_from_slice(b"\"\"");
            out.extend_from_slice(piece.as_bytes());
        }
        out.push(b'"');
    }
}

/// The loop has no early exit on purpose: the compiler makes vector instructions of it.
#[inline]
fn needs_quotes(text: &[u8]) -> bool {
    let special = text.iter().fold(false, |found, byte| found | matches!(byte, b'"' | b',' | b'\r' | b'\n'));
    let blank = |byte: Option<&u8>| matches!(byte, None | Some(b' ' | b'\t'));
    special || blank(text.first()) || blank(text.last())
}

/// PostgreSQL's COPY in text format.
pub(super) struct Tsv;

impl Style for Tsv {
    const SEPARATOR: u8 = b'\t';
    const END: &'static [u8] = b"\n";
    const NULL: &'static [u8] = b"\\N";

    #[inline]
    fn write_text(text: &str, out: &mut Vec<u8>) {
        if is_risky(text) {
            out.push(b'\'');
        }
        let bytes = text.as_bytes();
        let special =
            bytes.iter().fold(false, |found, byte| found | matches!(byte, b'\\' | b'\t' | b'\r' | b'\n'));
        if !special {
            out.extend_from_slice(bytes);
            return;
        }
        for byte in bytes {
            match byte {
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                _ => out.push(*byte),
            }
        }
    }
}

/// Writes lines of cells.
pub(super) struct Delimited<S>(std::marker::PhantomData<S>);

impl<S: Style> Delimited<S> {
    /// Begins with the names of the columns.
    pub(super) fn new(_style: S, schema: &Schema, out: &mut Vec<u8>) -> Self {
        for (index, field) in schema.fields().iter().enumerate() {
            if index > 0 {
                out.push(S::SEPARATOR);
            }
            S::write_text(field.name(), out);
        }
        out.extend_from_slice(S::END);
        Self(std::marker::PhantomData)
    }

    #[inline]
    fn cell(value: Option<Value<'_>>, out: &mut Vec<u8>) {
        match value {
            None => out.extend_from_slice(S::NULL),
            Some(Value::Text(text)) => S::write_text(text, out),
            Some(other) => write_value(other, out),
        }
    }
}

impl<S: Style> Encoder for Delimited<S> {
    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), ExportError> {
        let columns = Cells::of_batch(batch)?;
        let Some((first, others)) = columns.split_first() else { return Ok(()) };
        for row in 0..batch.num_rows() {
            Self::cell(first.value(row), out);
            for cells in others {
                out.push(S::SEPARATOR);
                Self::cell(cells.value(row), out);
            }
            out.extend_from_slice(S::END);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _out: &mut Vec<u8>) -> Result<Option<File>, ExportError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn written<S: Style>(text: &str) -> String {
        let mut out = Vec::new();
        S::write_text(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[rstest]
    #[case("plain", "plain", "plain")]
    #[case("", "\"\"", "")]
    #[case("a,b", "\"a,b\"", "a,b")]
    #[case("say \"no\"", "\"say \"\"no\"\"\"", "say \"no\"")]
    #[case("a\r\nb", "\"a\r\nb\"", "a\\r\\nb")]
    #[case(" a", "\" a\"", " a")]
    #[case("a\tb", "a\tb", "a\\tb")]
    #[case("\\N", "\\N", "\\\\N")]
    #[case("=1+1", "'=1+1", "'=1+1")]
    #[case("=a,b", "\"'=a,b\"", "'=a,b")]
    #[case("\tx", "\"'\tx\"", "'\\tx")]
    fn texts_are_quoted_or_escaped(#[case] text: &str, #[case] csv: &str, #[case] tsv: &str) {
        assert_eq!(written::<Csv>(text), csv);
        assert_eq!(written::<Tsv>(text), tsv);
    }
}
