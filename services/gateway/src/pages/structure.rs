//! The structure of a database as pages show it: never so much at once that a page grows huge.

use coffer_proto::common::v1::Page;
use coffer_proto::query::v1::{Column, Table};

use super::paging::Paging;
use crate::domain::structure::{Found, by_schema, slice};

/// Tables of one page of the tree.
const TABLES: u32 = 200;
/// More columns than this are fetched table by table, when somebody opens one.
const COLUMNS: usize = 1500;

/// Either view.
pub(super) enum Structure<'a> {
    /// Schemas, tables, columns.
    Tree(Tree<'a>),
    /// A row for each column.
    Table(TableOfColumns<'a>),
}

/// Schemas, tables, columns.
pub(super) struct Tree<'a> {
    /// Name and tables.
    pub(super) schemas: Vec<(&'a str, Vec<Found<'a>>)>,
    /// All that were found.
    pub(super) total: u64,
    /// Whether the columns stand in the page.
    pub(super) with_columns: bool,
    /// Whether tables start unfolded: somebody looks for something in them.
    pub(super) open: bool,
    pub(super) paging: Paging,
}

/// A row for each column.
pub(super) struct TableOfColumns<'a> {
    pub(super) rows: Vec<(&'a Table, &'a Column)>,
    pub(super) total: u64,
    pub(super) paging: Paging,
}

impl<'a> Tree<'a> {
    /// The page of the tree with this number.
    pub(super) fn new(
        found: &[Found<'a>],
        path: &str,
        kept: &[(&str, &str)],
        number: Option<u32>,
        searched: bool,
    ) -> Self {
        let asked = super::paging::slice_of(number, TABLES);
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let shown = slice(found, asked.offset as usize, asked.limit as usize);
        let columns: usize = shown.iter().map(|found| found.columns().count()).sum();
        Self {
            schemas: by_schema(shown),
            total: total.into(),
            with_columns: columns <= COLUMNS,
            open: searched && columns <= COLUMNS,
            paging: Paging::new(path, kept, asked, total),
        }
    }
}

impl<'a> TableOfColumns<'a> {
    /// The rows of a page.
    pub(super) fn new(found: &[Found<'a>], asked: Page, total: u64, paging: Paging) -> Self {
        let all = found.iter().flat_map(|found| found.columns().map(|column| (found.table, column)));
        let rows = all.skip(asked.offset as usize).take(asked.limit as usize).collect();
        Self { rows, total, paging }
    }
}

/// What a column says of people, in words.
pub(super) fn people(mark: &str) -> &'static str {
    match mark {
        "rid" => "Research id (RID)",
        "mrid" => "Master research id (MRID)",
        "trid" => "Transient research id (TRID)",
        _ => "",
    }
}

/// An estimate of rows, or that there is none.
pub(super) fn estimate(rows: i64) -> String {
    match u64::try_from(rows) {
        Ok(1) => "about 1 row".to_owned(),
        Ok(rows) => format!("about {} rows", super::format::grouped(rows)),
        Err(_) => "unknown number of rows".to_owned(),
    }
}
