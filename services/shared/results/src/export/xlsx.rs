//! Excel workbooks: sheets of data, and one with the certificate.
//!
//! Text stays text, whatever it begins with. Numbers of more than 15 digits would lose digits and stand as text, as
//! do decimals and all that Excel has no type for. Days, and moments without zone of whole milliseconds, are dates
//! from 1900-03-01 on (Excel's own calendar is wrong before). NULL and empty text are both empty cells. Rows beyond
//! a sheet's limit go on in the next sheet, under the same header.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::press::Encoder;
use super::{CertificateText, ExportError};
use crate::canonical;
use crate::value::{Cells, Value};

const SHEET_ROWS: u32 = 1_048_576;
/// Most UTF-16 units in a cell.
const CELL_UNITS: usize = 32_767;
const LARGEST_EXACT: u64 = 999_999_999_999_999;

const DAY_MICROS: i64 = 86_400_000_000;
/// 1970-01-01 in Excel's count of days.
const EPOCH: i32 = 25_569;
/// 1900-03-01 and 9999-12-31.
const DATES: std::ops::RangeInclusive<i64> = 61..=2_958_465;

/// Writes sheets; rows go to a temporary file at once.
pub(super) struct Xlsx {
    workbook: Workbook,
    sheets: usize,
    schema: SchemaRef,
    certificate: CertificateText,
    next_row: u32,
    cut: u64,
    formats: Formats,
}

struct Formats {
    bold: Format,
    date: Format,
    moment: Format,
}

impl Xlsx {
    /// Begins a workbook with its first sheet of data.
    pub(super) fn new(schema: SchemaRef, certificate: CertificateText) -> Result<Self, ExportError> {
        let formats = Formats {
            bold: Format::new().set_bold(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        let workbook = Workbook::new();
        let mut xlsx = Self { workbook, sheets: 0, schema, certificate, next_row: 0, cut: 0, formats };
        xlsx.begin_sheet()?;
        Ok(xlsx)
    }

    fn begin_sheet(&mut self) -> Result<(), ExportError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        self.sheets += 1;
        sheet.set_name(if self.sheets == 1 {
            "Result".to_owned()
        } else {
            format!("Result {}", self.sheets)
        })?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, field) in (0..).zip(self.schema.fields()) {
            let (name, cut) = fitting(field.name());
            self.cut += u64::from(cut);
            sheet.write_string_with_format(0, column, name, &self.formats.bold)?;
        }
        self.next_row = 1;
        Ok(())
    }

    /// The certificate, and what must be known to read the sheets.
    fn write_certificate(&mut self) -> Result<(), ExportError> {
        let mut lines = std::mem::take(&mut self.certificate.0);
        lines.push(("Sheets of data".to_owned(), self.sheets.to_string()));
        lines.push((format!("Cells cut at {CELL_UNITS} characters"), self.cut.to_string()));
        lines.push(("Empty cells".to_owned(), "NULL or empty text".to_owned()));
        let sheet = self.workbook.add_worksheet();
        sheet.set_name("Certificate")?;
        sheet.set_column_width(0, 32)?;
        sheet.set_column_width(1, 80)?;
        let mut row = 0;
        for (label, value) in lines {
            sheet.write_string_with_format(row, 0, fitting(&label).0, &self.formats.bold)?;
            let mut rest = value.as_str();
            loop {
                let (part, cut) = fitting(rest);
                sheet.write_string(row, 1, part)?;
                row += 1;
                rest = rest.get(part.len()..).unwrap_or_default();
                if !cut {
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Encoder for Xlsx {
    fn write(&mut self, batch: &RecordBatch, _out: &mut Vec<u8>) -> Result<(), ExportError> {
        let columns = Cells::of_batch(batch)?;
        let mut row = 0;
        while row < batch.num_rows() {
            if self.next_row == SHEET_ROWS {
                self.begin_sheet()?;
            }
            let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
            while row < batch.num_rows() && self.next_row < SHEET_ROWS {
                for (column, cells) in (0..).zip(&columns) {
                    let Some(value) = cells.value(row) else { continue };
                    self.cut += u64::from(write_cell(sheet, self.next_row, column, value, &self.formats)?);
                }
                row += 1;
                self.next_row += 1;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, _out: &mut Vec<u8>) -> Result<Option<File>, ExportError> {
        self.write_certificate()?;
        let mut file = tempfile::tempfile()?;
        let mut buffered = BufWriter::with_capacity(1024 * 1024, &mut file);
        self.workbook.save_to_writer(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        file.seek(SeekFrom::Start(0))?;
        Ok(Some(file))
    }
}

/// Writes a cell; tells whether its text was cut.
fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: Value<'_>,
    formats: &Formats,
) -> Result<bool, ExportError> {
    match value {
        Value::Boolean(value) => sheet.write_boolean(row, column, value)?,
        Value::Integer(value) if value.unsigned_abs() <= LARGEST_EXACT => {
            sheet.write_number(row, column, exact(value))?
        }
        Value::Number(value) if value.is_finite() => sheet.write_number(row, column, value)?,
        Value::Date(days) if DATES.contains(&i64::from(days.saturating_add(EPOCH))) => {
            sheet.write_number_with_format(row, column, days + EPOCH, &formats.date)?
        }
        Value::Timestamp(micros) if is_excel_moment(micros) => {
            let serial = f64::from(EPOCH) + exact(micros) / exact(DAY_MICROS);
            sheet.write_number_with_format(row, column, serial, &formats.moment)?
        }
        Value::Text(text) | Value::Decimal(text) => {
            let (text, cut) = fitting(text);
            sheet.write_string(row, column, text)?;
            return Ok(cut);
        }
        other => {
            let text = canonical::text(other);
            let (text, cut) = fitting(&text);
            sheet.write_string(row, column, text)?;
            return Ok(cut);
        }
    };
    Ok(false)
}

#[expect(clippy::cast_precision_loss, reason = "up to 2^53 nothing is lost; dates of Excel are far below")]
fn exact(value: i64) -> f64 {
    value as f64
}

fn is_excel_moment(micros: i64) -> bool {
    micros % 1000 == 0 && DATES.contains(&(micros.div_euclid(DAY_MICROS) + i64::from(EPOCH)))
}

/// As much of a text as fits a cell, and whether something was left out.
fn fitting(text: &str) -> (&str, bool) {
    if text.len() <= CELL_UNITS {
        return (text, false);
    }
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, letter)| {
        units += letter.len_utf16();
        (units > CELL_UNITS).then_some(at)
    });
    end.map_or((text, false), |end| (text.get(..end).unwrap_or(text), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_so_many_utf_16_units() {
        let full = "é".repeat(CELL_UNITS);
        assert_eq!(fitting(&full), (full.as_str(), false));
        let long = "😀".repeat(CELL_UNITS);
        let (text, cut) = fitting(&long);
        assert!(cut);
        assert_eq!(text.encode_utf16().count(), CELL_UNITS - 1);
    }
}
