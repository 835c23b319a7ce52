//! The structure of a database as a file: one line per column.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::catalogue::{Column, Table};

const HEADER: [&str; 11] = [
    "Schema",
    "Table",
    "About the table",
    "Rows (estimate)",
    "Column",
    "Type",
    "About the column",
    "May be empty",
    "Indexed",
    "Full-text index",
    "People",
];
/// Characters of a cell and of the name of a sheet in Excel.
const LONGEST_CELL: usize = 32_767;
const LONGEST_SHEET_NAME: usize = 31;

type Line = [String; 11];

/// Tab-separated values. Tabs and line ends inside comments become blanks.
pub(crate) fn tsv(tables: &[Table], people: impl Fn(&str) -> &'static str) -> Vec<u8> {
    let mut text = HEADER.join("\t") + "\n";
    for line in tables.iter().flat_map(|table| lines(table, &people)) {
        let cells: Vec<_> = line.iter().map(|cell| harmless(cell)).collect();
        text += &cells.join("\t");
        text.push('\n');
    }
    text.into_bytes()
}

/// A workbook with a sheet for each schema.
pub(crate) fn xlsx(tables: &[Table], people: impl Fn(&str) -> &'static str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let mut schemas: Vec<&str> = tables.iter().map(|table| table.schema.as_str()).collect();
    schemas.dedup();
    for (number, schema) in schemas.iter().enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(schema, number))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, title) in (0..).zip(HEADER) {
            sheet.write_string_with_format(0, column, title, &bold)?;
        }
        let shown = tables.iter().filter(|table| table.schema == *schema);
        for (row, line) in (1..).zip(shown.flat_map(|table| lines(table, &people))) {
            for (column, cell) in (0..).zip(line) {
                sheet.write_string(row, column, cell.chars().take(LONGEST_CELL).collect::<String>())?;
            }
        }
    }
    if schemas.is_empty() {
        workbook.add_worksheet();
    }
    workbook.save_to_buffer()
}

fn lines(table: &Table, people: &impl Fn(&str) -> &'static str) -> Vec<Line> {
    let line = |column: &Column| {
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        [
            table.schema.clone(),
            table.name.clone(),
            table.comment.clone(),
            if table.rows < 0 { String::new() } else { table.rows.to_string() },
            column.name.clone(),
            column.data_type.clone(),
            column.comment.clone(),
            yes(column.nullable),
            yes(column.indexed),
            yes(column.full_text),
            people(&column.name).to_owned(),
        ]
    };
    table.columns.iter().map(line).collect()
}

/// One line of text that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    let cell = cell.replace(['\t', '\r', '\n'], " ");
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

/// Excel takes no longer names, some characters not at all, and each name once.
fn sheet_name(schema: &str, number: usize) -> String {
    let name: String = schema.chars().map(|it| if "[]:*?/\\'".contains(it) { '_' } else { it }).collect();
    let short: String = name.chars().take(LONGEST_SHEET_NAME).collect();
    if short == schema && !schema.eq_ignore_ascii_case("history") {
        return short;
    }
    let number = format!(" {}", number + 1);
    let room = LONGEST_SHEET_NAME.saturating_sub(number.len());
    name.chars().take(room).collect::<String>() + number.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str, comment: &str) -> Table {
        let column = Column {
            name: "rid".to_owned(),
            data_type: "text".to_owned(),
            nullable: false,
            comment: "=cmd|' /C calc'!A0\n".to_owned(),
            indexed: true,
            full_text: false,
        };
        let [schema, name, comment] = [schema, name, comment].map(ToOwned::to_owned);
        Table {
            schema,
            name,
            comment,
            rows: 7,
            columns: vec![column.clone(), Column { name: "x".to_owned(), ..column }],
        }
    }

    fn people(column: &str) -> &'static str {
        if column == "rid" { "rid" } else { "" }
    }

    #[test]
    fn one_line_per_column_and_nothing_breaks_it() {
        let text = String::from_utf8(tsv(&[table("public", "note", "What\twas\nwritten")], people)).unwrap();
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_sheet_for_each_schema() {
        let long = "a".repeat(40);
        let tables = [
            table("public", "note", ""),
            table("public", "score", ""),
            table(&long, "x", ""),
            table("a/b", "y", ""),
        ];
        let workbook = xlsx(&tables, people).unwrap();
        assert!(workbook.starts_with(b"PK"));
        assert!(xlsx(&[], people).is_ok());
        assert_eq!(sheet_name("public", 0), "public");
        assert_eq!(sheet_name("a/b", 2), "a_b 3");
        assert_eq!(sheet_name(&long, 1), format!("{} 2", "a".repeat(29)));
        assert_eq!(sheet_name("History", 1), "History 2");
    }
}
