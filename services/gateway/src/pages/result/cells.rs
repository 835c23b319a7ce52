//! Cells as the pages of a result show them.

use coffer_proto::query::v1::{Cell, Highlight, ResultColumn, Row, RowPage};
use coffer_types::HighlightColour;

use crate::domain::display::DisplaySettings;
use crate::domain::marked_text::{self, Piece, characters, fold};

/// Text that is longer is cut in tables; the page of the record has all of it.
pub(in crate::pages) const CUT_AFTER: u32 = 20_000;

/// A cell.
pub(in crate::pages) struct CellView {
    pub(in crate::pages) shown: Shown,
    /// Class of its kind.
    pub(in crate::pages) class: &'static str,
}

/// What a cell shows.
pub(in crate::pages) enum Shown {
    /// No value at all, which is not the same as an empty text.
    Null,
    /// A text without a character.
    Empty,
    /// The value above.
    Ditto,
    /// A text, with the part that is folded away.
    Text { first: Vec<PieceView>, rest: Vec<PieceView>, characters: u64, cut: bool },
}

/// A part of a text.
pub(in crate::pages) struct PieceView {
    pub(in crate::pages) text: String,
    pub(in crate::pages) mark: Option<MarkView>,
}

/// How a part is marked.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::pages) struct MarkView {
    pub(in crate::pages) colour: &'static str,
    pub(in crate::pages) label: String,
}

/// A row of a table.
pub(in crate::pages) struct RowView {
    /// In the view, from 1.
    pub(in crate::pages) place: u64,
    /// In the stored result.
    pub(in crate::pages) number: u64,
    pub(in crate::pages) cells: Vec<CellView>,
}

/// The rows of a page; the first one stands at `first` of the view.
pub(in crate::pages) fn rows(page: &RowPage, first: u64, settings: &DisplaySettings) -> Vec<RowView> {
    let marks = legend(page);
    let above = std::iter::once(None).chain(page.rows.iter().map(Some));
    let row = |(place, (row, above)): (u64, (&Row, Option<&Row>))| {
        let same = |column: usize, cell: &Cell| {
            settings.ditto && above.is_some_and(|above| repeats(above.cells.get(column), cell))
        };
        let cells = row.cells.iter().zip(&page.columns).enumerate();
        RowView {
            place,
            number: row.number,
            cells: cells
                .map(|(at, (cell, column))| view(cell, column, same(at, cell), &marks, settings))
                .collect(),
        }
    };
    (first..).zip(page.rows.iter().zip(above)).map(row).collect()
}

/// The marks of a page, in the order of their numbers.
pub(in crate::pages) fn legend(page: &RowPage) -> Vec<MarkView> {
    page.highlights.iter().map(mark).collect()
}

fn mark(highlight: &Highlight) -> MarkView {
    let colour = highlight.colour.parse().unwrap_or(HighlightColour::Yellow).as_str();
    let label = if highlight.label.is_empty() { &highlight.pattern } else { &highlight.label };
    MarkView { colour, label: label.clone() }
}

fn repeats(above: Option<&Cell>, cell: &Cell) -> bool {
    let has_text = cell.text.as_deref().is_some_and(|text| !text.is_empty());
    has_text && !cell.cut && above.is_some_and(|above| above.text == cell.text && !above.cut)
}

fn view(
    cell: &Cell,
    column: &ResultColumn,
    same: bool,
    marks: &[MarkView],
    settings: &DisplaySettings,
) -> CellView {
    let shown = match cell.text.as_deref() {
        None => Shown::Null,
        Some("") => Shown::Empty,
        Some(_) if same => Shown::Ditto,
        Some(text) => {
            let pieces = marked_text::pieces(text, &cell.marks);
            let count = characters(&pieces) as u64;
            let folded = fold(pieces, settings.fold_characters, settings.fold_lines);
            let (first, rest) = (piece_views(folded.first, marks), piece_views(folded.rest, marks));
            Shown::Text { first, rest, characters: count, cut: cell.cut }
        }
    };
    CellView { shown, class: class(&column.kind) }
}

fn piece_views(pieces: Vec<Piece>, marks: &[MarkView]) -> Vec<PieceView> {
    let mark = |highlight: Option<usize>| marks.get(highlight?).cloned();
    pieces.into_iter().map(|piece| PieceView { mark: mark(piece.highlight), text: piece.text }).collect()
}

/// Figures stand under figures, and short values are not broken.
fn class(kind: &str) -> &'static str {
    match kind {
        "integer" | "number" | "decimal" => "coffer-cell--figure",
        "text" | "binary" => "coffer-cell--text",
        _ => "coffer-cell--short",
    }
}
