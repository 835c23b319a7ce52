//! Exported files as their readers see them: Python's csv, openpyxl and pyarrow.

use std::path::PathBuf;

use coffer_results::{
    CertificateText, ColumnKind, Condition, ExportError, Exported, Format, Operator, SortKey, ViewSpec,
    export,
};
use coffer_testkit::python;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Cell, Kept, MemoryFile, Table, store};

const DAY: i64 = 86_400_000_000;

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// Texts that are hard to write, one a row.
const TEXTS: [&str; 18] = [
    "plain",
    "",
    "a,b;c\td",
    "say \"no\"",
    "two\nlines",
    "two\r\nlines",
    " blanks ",
    "=1+1",
    "+44 20",
    "-5",
    "@home",
    "'=quoted already",
    "'tis",
    "\ttab",
    "control \u{1}\u{8}\u{1f}",
    "_x0041_ & <b> &amp;",
    "Ω é 😀 \u{202e}right to left",
    "\\N",
];

/// A column of every kind, with its edges and NULL.
fn every_kind() -> Table {
    let rows = TEXTS.len();
    let cells =
        |values: Vec<Cell>| values.into_iter().chain(std::iter::repeat(Cell::Null)).take(rows).collect();
    let numbers = [0.1, -1.5e-9, 1e300, f64::MAX, 12.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let wholes =
        [0, -1, i64::MAX, i64::MIN, 999_999_999_999_999, 1_000_000_000_000_000, 9_007_199_254_740_993];
    let decimals = ["12345678901234567890.12345", "-0.10", "7", "NaN"];
    let moments = [0, 1_714_555_800_000_000, 1_714_555_800_123_000, 1_714_555_800_123_456, -3 * 36_525 * DAY];
    let whole = |values: &[i64]| cells(values.iter().copied().map(Cell::Whole).collect());
    Table::new(vec![
        ("text", ColumnKind::Text, TEXTS.iter().copied().map(text).collect()),
        ("boolean", ColumnKind::Boolean, cells(vec![Cell::Boolean(true), Cell::Boolean(false)])),
        ("integer", ColumnKind::Integer, whole(&wholes)),
        ("number", ColumnKind::Number, cells(numbers.into_iter().map(Cell::Number).collect())),
        ("decimal", ColumnKind::Decimal, cells(decimals.into_iter().map(text).collect())),
        ("date", ColumnKind::Date, whole(&[0, 19_844, -25_508, -25_509, 2_932_896])),
        ("time", ColumnKind::Time, whole(&[0, 1, 86_399_999_999])),
        ("timestamp", ColumnKind::Timestamp, whole(&moments)),
        ("timestamp_tz", ColumnKind::TimestampTz, whole(&moments)),
        ("binary", ColumnKind::Binary, cells(vec![Cell::Bytes(vec![]), Cell::Bytes(vec![0, 0xff])])),
        ("=nothing", ColumnKind::Text, cells(vec![])),
    ])
}

async fn every_kind_kept() -> Kept {
    let table = every_kind();
    store(table.schema(), table.batches(&[5]), 500).await
}

struct Export {
    exported: Exported,
    content: Vec<u8>,
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Export {
    /// What a script prints about the file, as JSON.
    fn read_by(&self, script: &str) -> Value {
        serde_json::from_str(&python(script, &[self.path.to_str().unwrap()])).unwrap()
    }
}

async fn exported(kept: &Kept, format: Format, certificate: &CertificateText) -> Export {
    let columns: Vec<_> = (0..kept.manifest.columns.len()).collect();
    let mut file = MemoryFile::default();
    let order = kept.result.stored_order();
    let exported = export(&kept.result, &order, &columns, format, certificate, &mut file).await.unwrap();
    assert_eq!(exported.rows, kept.manifest.rows);
    assert_eq!(exported.bytes, file.content.len() as u64);
    assert_eq!(exported.sha256, hex::encode(Sha256::digest(&file.content)));
    assert!(file.largest_part <= 128 * 1024);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("result.{}", format.extension()));
    std::fs::write(&path, &file.content).unwrap();
    Export { exported, content: file.content, _folder: folder, path }
}

/// Canonical texts of all rows; NULL is null.
async fn pages(kept: &Kept) -> Vec<Vec<Option<String>>> {
    let columns: Vec<_> = (0..kept.manifest.columns.len()).collect();
    let rows = usize::try_from(kept.manifest.rows).unwrap();
    let page = kept.result.page(&kept.result.stored_order(), 0, rows, &columns).await.unwrap();
    page.rows.into_iter().map(|(_, cells)| cells).collect()
}

/// Undoes what keeps spreadsheet programs from running texts.
const WITHOUT_APOSTROPHE: &str = r#"
import csv, json, re, sys
def plain(text):
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text
"#;

#[tokio::test]
async fn python_reads_csv() {
    let kept = every_kind_kept().await;
    let file = exported(&kept, Format::Csv, &CertificateText::default()).await;
    let script = r#"
rows = list(csv.reader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))
text = [0, 10]
print(json.dumps([[plain(cell) if at in text else cell for at, cell in enumerate(row)] for row in rows]))
"#;
    let read = file.read_by(&format!("{WITHOUT_APOSTROPHE}{script}"));
    let names: Vec<_> = every_kind().columns.iter().map(|(name, ..)| name.clone()).collect();
    let rows = pages(&kept).await;
    let rows =
        rows.iter().map(|row| row.iter().map(Option::as_deref).map(Option::unwrap_or_default).collect());
    let expected: Vec<Vec<&str>> =
        std::iter::once(names.iter().map(String::as_str).collect()).chain(rows).collect();
    assert_eq!(read, json!(expected));
}

#[tokio::test]
async fn csv_tells_null_from_empty_text_and_runs_no_formula() {
    let table = Table::new(vec![
        ("one", ColumnKind::Text, vec![text(""), Cell::Null, text("=1"), text("-1")]),
        ("two", ColumnKind::Integer, vec![Cell::Null, Cell::Whole(-1), Cell::Null, Cell::Whole(2)]),
    ]);
    let kept = store(table.schema(), table.batches(&[2]), 10).await;
    let file = exported(&kept, Format::Csv, &CertificateText::default()).await;
    assert_eq!(String::from_utf8(file.content).unwrap(), "one,two\r\n\"\",\r\n,-1\r\n'=1,\r\n'-1,2\r\n");
    let file = exported(&kept, Format::Tsv, &CertificateText::default()).await;
    assert_eq!(String::from_utf8(file.content).unwrap(), "one\ttwo\n\t\\N\n\\N\t-1\n'=1\t\\N\n'-1\t2\n");
}

#[tokio::test]
async fn python_reads_tsv() {
    let kept = every_kind_kept().await;
    let file = exported(&kept, Format::Tsv, &CertificateText::default()).await;
    let script = r#"
marks = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
def value(cell, is_text):
    if cell == "\\N":
        return None
    cell = re.sub(r"\\(.)", lambda found: marks[found.group(1)], cell)
    return plain(cell) if is_text else cell
lines = open(sys.argv[1], newline="", encoding="utf-8").read().split("\n")
rows = [line.split("\t") for line in lines[1:-1]]
print(json.dumps([[value(cell, at in [0, 10]) for at, cell in enumerate(row)] for row in rows]))
"#;
    let read = file.read_by(&format!("{WITHOUT_APOSTROPHE}{script}"));
    assert_eq!(read, json!(pages(&kept).await));
}

/// Cells as canonical text, with the type that they have in the workbook.
const READ_SHEET: &str = r#"
import datetime, json, re, sys
import openpyxl
def told(cell):
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return ["boolean", str(value).lower()]
    if isinstance(value, (datetime.datetime, datetime.date)):
        return ["date", value.isoformat()]
    if isinstance(value, (int, float)):
        return ["number", float(value)]
    assert cell.data_type in ("s", "inlineStr"), cell.data_type
    text = re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found.group(1), 16)), value)
    return ["text", text]
book = openpyxl.load_workbook(sys.argv[1])
print(json.dumps({sheet.title: [[told(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book}))
"#;

#[tokio::test]
async fn openpyxl_reads_workbooks() {
    let kept = every_kind_kept().await;
    let sql = "select 'long' -- ".repeat(2500);
    let certificate = CertificateText(vec![
        ("Run".to_owned(), "=not a formula".to_owned()),
        ("SQL".to_owned(), sql.clone()),
    ]);
    let file = exported(&kept, Format::Xlsx, &certificate).await;
    let read = file.read_by(READ_SHEET);
    let sheet = read["Result"].as_array().unwrap();
    let names: Vec<_> = every_kind().columns.iter().map(|(name, ..)| json!(["text", name])).collect();
    assert_eq!(sheet[0], json!(names));
    assert_eq!(sheet.len(), TEXTS.len() + 1);
    for (row, cells) in pages(&kept).await.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let read = &sheet[row + 1][column];
            let Some(text) = cell.as_deref().filter(|text| !text.is_empty()) else {
                assert_eq!(read, &Value::Null, "row {row} column {column}");
                continue;
            };
            let expected = match (every_kind().columns[column].1, row) {
                (ColumnKind::Boolean, _) => json!(["boolean", text]),
                (ColumnKind::Integer, 0 | 1 | 4) | (ColumnKind::Number, 0..=4) => {
                    json!(["number", text.parse::<f64>().unwrap()])
                }
                (ColumnKind::Date, 0 | 1 | 2 | 4) => json!(["date", format!("{text}T00:00:00")]),
                (ColumnKind::Timestamp, 0..=2) => json!(["date", text]),
                _ => json!(["text", text]),
            };
            assert_eq!(read, &expected, "row {row} column {column}");
        }
    }
    let lines = read["Certificate"].as_array().unwrap();
    assert_eq!(lines[0], json!([["text", "Run"], ["text", "=not a formula"]]));
    let parts = lines.iter().skip(1).take(2).map(|line| line[1][1].as_str().unwrap());
    assert_eq!(parts.collect::<String>(), sql);
    assert_eq!(lines[4], json!([["text", "Cells cut at 32767 characters"], ["text", "0"]]));
}

#[tokio::test]
async fn a_workbook_says_how_many_cells_were_cut() {
    let cells = vec![text(&"x".repeat(32_768)), text(&"y".repeat(32_767))];
    let table = Table::new(vec![("long", ColumnKind::Text, cells)]);
    let kept = store(table.schema(), table.batches(&[2]), 10).await;
    let file = exported(&kept, Format::Xlsx, &CertificateText::default()).await;
    let read = file.read_by(READ_SHEET);
    assert_eq!(read["Result"][1][0][1].as_str().unwrap(), "x".repeat(32_767));
    assert_eq!(read["Result"][2][0][1].as_str().unwrap(), "y".repeat(32_767));
    assert_eq!(read["Certificate"][1][1][1], "1");
}

#[tokio::test]
async fn rows_beyond_a_sheet_go_on_in_the_next() {
    let rows = 1_048_577_i64;
    let table = Table::new(vec![("number", ColumnKind::Integer, (0..rows).map(Cell::Whole).collect())]);
    let kept = store(table.schema(), table.batches(&[8192]), usize::MAX).await;
    let file = exported(&kept, Format::Xlsx, &CertificateText::default()).await;
    let read = file.read_by(
        r#"
import json, sys, zipfile, re
told = {}
with zipfile.ZipFile(sys.argv[1]) as book:
    for number in (1, 2):
        sheet = book.read(f"xl/worksheets/sheet{number}.xml").decode()
        values = [int(value) for value in re.findall(r"<c r=\"A\d+\"><v>(\d+)</v></c>", sheet)]
        header = re.search(r"<c r=\"A1\"[^>]*>(.*?)</c>", sheet).group(1)
        last = re.findall(r"<row r=\"(\d+)\"", sheet)[-1]
        told[number] = [header, values == list(range(values[0], values[0] + len(values))), values[0], len(values), last]
print(json.dumps(told))
"#,
    );
    let header = "<is><t>number</t></is>";
    let expected = json!({
        "1": [header, true, 0, 1_048_575, "1048576"],
        "2": [header, true, 1_048_575, 2, "3"],
    });
    assert_eq!(read, expected);
}

#[tokio::test]
async fn pyarrow_reads_parquet() {
    let kept = every_kind_kept().await;
    let certificate = CertificateText(vec![("Run".to_owned(), "é 1".to_owned())]);
    let file = exported(&kept, Format::Parquet, &certificate).await;
    let read = file.read_by(
        r#"
import json, math, sys
import pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
told_of_file = pyarrow.parquet.read_metadata(sys.argv[1]).metadata
def told(value, kind):
    if value is None:
        return None
    if kind == "double":
        return "NaN" if math.isnan(value) else repr(value)
    if kind.startswith(("timestamp", "time", "date")):
        return value
    if kind == "binary":
        return value.hex()
    return str(value).lower() if kind == "bool" else value
kinds = [str(kind) for kind in table.schema.types]
columns = []
for kind, column in zip(kinds, table.columns):
    if kind.startswith(("timestamp", "time", "date")):
        column = column.cast("int32" if kind.startswith("date") else "int64")
    columns.append([told(value, kind) for value in column.to_pylist()])
print(json.dumps({"kinds": kinds, "columns": columns, "run": told_of_file[b"Run"].decode()}))
"#,
    );
    assert_eq!(read["run"], "é 1");
    let kinds = [
        "string",
        "bool",
        "int64",
        "double",
        "string",
        "date32[day]",
        "time64[us]",
        "timestamp[us]",
        "timestamp[us, tz=UTC]",
        "binary",
        "string",
    ];
    assert_eq!(read["kinds"], json!(kinds));
    for ((_, kind, cells), read) in every_kind().columns.iter().zip(read["columns"].as_array().unwrap()) {
        for (cell, read) in cells.iter().zip(read.as_array().unwrap()) {
            let same = match (kind, cell) {
                (_, Cell::Null) => read.is_null(),
                (_, Cell::Boolean(value)) => *read == json!(value.to_string()),
                (_, Cell::Whole(value)) => *read == json!(value),
                (_, Cell::Text(value)) => *read == json!(value),
                (_, Cell::Bytes(value)) => *read == json!(hex::encode(value)),
                (_, Cell::Number(value)) => {
                    let read: f64 = read.as_str().unwrap().parse().unwrap();
                    read.total_cmp(value).is_eq() || (read.is_nan() && value.is_nan())
                }
            };
            assert!(same, "{kind}: {cell:?} was read as {read}");
        }
    }
}

#[tokio::test]
async fn a_view_is_exported_as_it_is_seen() {
    let cells = (0..3000).map(Cell::Whole).collect();
    let table =
        Table::new(vec![("a", ColumnKind::Integer, cells), ("b", ColumnKind::Text, vec![text("x"); 3000])]);
    let kept = store(table.schema(), table.batches(&[500]), 5000).await;
    let filters = vec![Condition { column: 0, operator: Operator::Less, value: "2000".to_owned() }];
    let sort = vec![SortKey { column: 0, descending: true }];
    let order = kept.result.view(&ViewSpec { sort, filters }).await.unwrap();
    let mut file = MemoryFile::default();
    let certificate = CertificateText::default();
    let exported = export(&kept.result, &order, &[1, 0], Format::Csv, &certificate, &mut file).await.unwrap();
    assert_eq!(exported.rows, 2000);
    let lines: Vec<_> = (0..2000).rev().map(|row| format!("x,{row}\r\n")).collect();
    let expected = lines.concat();
    assert_eq!(String::from_utf8(file.content).unwrap(), format!("b,a\r\n{expected}"));
}

#[tokio::test]
async fn a_result_that_is_not_what_was_stored_is_refused() {
    let kept = every_kind_kept().await;
    let mut manifest = (*kept.manifest).clone();
    manifest.sha256 = "0".repeat(64);
    let result = crate::support::open(&kept.objects, kept.run, &manifest.into());
    let columns: Vec<_> = (0..kept.manifest.columns.len()).collect();
    for format in Format::ALL {
        let mut file = MemoryFile::default();
        let certificate = CertificateText::default();
        let order = result.stored_order();
        let outcome = export(&result, &order, &columns, format, &certificate, &mut file).await;
        assert!(matches!(outcome, Err(ExportError::Differs)), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_result_without_rows_has_a_header() {
    let table = Table::new(vec![("a", ColumnKind::Integer, vec![]), ("b", ColumnKind::Text, vec![])]);
    let kept = store(table.schema(), vec![], 10).await;
    let file = exported(&kept, Format::Csv, &CertificateText::default()).await;
    assert_eq!(file.content, b"a,b\r\n");
    assert_eq!(file.exported.rows, 0);
    for format in [Format::Xlsx, Format::Parquet] {
        assert!(exported(&kept, format, &CertificateText::default()).await.exported.bytes > 0);
    }
}
