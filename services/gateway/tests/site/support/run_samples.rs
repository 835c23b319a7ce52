//! Runs and results as research-query answers them.

use coffer_proto::query::v1::{
    Cell, Certificate, FileBegin, GetRows, Highlight, Mark, Parameter, People, ResultColumn, Row, RowPage,
    Run,
};
use coffer_types::Role;

use super::samples::at;
use super::user_id;

pub(crate) const DONE: &str = "01981f00-0000-7000-8000-0000000000d1";
pub(crate) const QUEUED: &str = "01981f00-0000-7000-8000-0000000000d2";
pub(crate) const RUNNING: &str = "01981f00-0000-7000-8000-0000000000d3";
pub(crate) const FAILED: &str = "01981f00-0000-7000-8000-0000000000d4";
pub(crate) const GONE: &str = "01981f00-0000-7000-8000-0000000000d5";
pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// Two patients; the second line is what a browser must not take for HTML.
pub(crate) const SQL: &str = "SELECT rid, age, note\nFROM note WHERE age >= :age AND note LIKE '%<b>%'";

pub(crate) fn all() -> Vec<Run> {
    [RUNNING, QUEUED, DONE, FAILED, GONE].iter().filter_map(|id| run(id)).collect()
}

pub(crate) fn run(id: &str) -> Option<Run> {
    match id {
        DONE => Some(done()),
        QUEUED => Some(queued()),
        RUNNING => Some(running()),
        FAILED => Some(failed()),
        GONE => Some(Run { id: GONE.to_owned(), result_gone: true, ..done() }),
        _ => None,
    }
}

pub(crate) fn queued() -> Run {
    Run {
        id: QUEUED.to_owned(),
        database: "demo".to_owned(),
        kind: "rows".to_owned(),
        sql: SQL.to_owned(),
        parameters: vec![Parameter {
            name: "age".to_owned(),
            kind: "integer".to_owned(),
            value: Some("40".to_owned()),
        }],
        state: "queued".to_owned(),
        queue_place: 2,
        queued_at: at(-2),
        trace_id: TRACE.to_owned(),
        user_id: user_id(Role::Researcher).to_string(),
        user_name: "Dr researcher".to_owned(),
        ..Run::default()
    }
}

pub(crate) fn running() -> Run {
    Run {
        id: RUNNING.to_owned(),
        state: "running".to_owned(),
        queue_place: 0,
        rows: 12_000,
        bytes: 345_678,
        started_at: at(-1),
        ..queued()
    }
}

pub(crate) fn failed() -> Run {
    Run {
        id: FAILED.to_owned(),
        state: "failed".to_owned(),
        problem: "The database says: column \"agee\" does not exist.".to_owned(),
        queue_place: 0,
        started_at: at(-1),
        ended_at: at(-1),
        ..queued()
    }
}

pub(crate) fn done() -> Run {
    Run {
        id: DONE.to_owned(),
        state: "done".to_owned(),
        rows: 120,
        bytes: 4_096,
        ended_at: at(0),
        columns: columns(),
        certificate: Some(Certificate {
            id: DONE.to_owned(),
            database: "demo".to_owned(),
            sql: SQL.replace(":age", "$1"),
            parameters: queued().parameters,
            data_version: "2026-06-30".to_owned(),
            rows: 120,
            sha256: "ab".repeat(32),
            user_name: "Dr researcher".to_owned(),
            executed_at: at(-1),
            trace_id: TRACE.to_owned(),
            coffer_version: "0.1.0".to_owned(),
        }),
        kept_until: at(60 * 24 * 30),
        ..running()
    }
}

pub(crate) fn columns() -> Vec<ResultColumn> {
    let column = |name: &str, kind: &str, people: &str| ResultColumn {
        name: name.to_owned(),
        kind: kind.to_owned(),
        people: people.to_owned(),
        empty: name == "died_on",
    };
    vec![
        column("rid", "text", "rid"),
        column("age", "integer", ""),
        column("score, in %", "number", ""),
        column("in_ward", "boolean", ""),
        column("note", "text", ""),
        column("died_on", "date", ""),
    ]
}

pub(crate) fn highlights() -> Vec<Highlight> {
    let highlight = |id: &str, label: &str, pattern: &str, colour: &str| Highlight {
        id: id.to_owned(),
        label: label.to_owned(),
        pattern: pattern.to_owned(),
        is_regex: false,
        colour: colour.to_owned(),
        active: true,
    };
    vec![highlight("h1", "Mood", "low & tearful", "yellow"), highlight("h2", "Sleep", "sleep", "blue")]
}

/// As asked: columns, cut text, marks; the rows are the same three over and over.
pub(crate) fn page(question: &GetRows) -> RowPage {
    let view = question.view.clone().unwrap_or_default();
    let hidden = |column: &ResultColumn| {
        let chosen = view.columns.is_empty() || view.columns.contains(&column.name);
        !chosen || (view.hide_empty && column.empty)
    };
    let places: Vec<usize> =
        columns().iter().enumerate().filter(|(_, column)| !hidden(column)).map(|(place, _)| place).collect();
    let total = if view.filters.is_empty() { 120 } else { 3 };
    let three = rows(question.highlight, question.cut_after as usize);
    let rows = (question.offset..total).zip(three.iter().cycle().skip((question.offset % 3) as usize));
    let chosen = |(number, row): (u64, &Row)| Row {
        number,
        cells: places.iter().filter_map(|place| row.cells.get(*place).cloned()).collect(),
    };
    RowPage {
        columns: columns().into_iter().filter(|column| !hidden(column)).collect(),
        rows: rows.map(chosen).take(question.limit as usize).collect(),
        total,
        total_unfiltered: 120,
        hidden_columns: columns().into_iter().filter(hidden).map(|column| column.name).collect(),
        highlights: if question.highlight { highlights() } else { Vec::new() },
    }
}

fn rows(highlight: bool, cut_after: usize) -> Vec<Row> {
    let note = "Said he was low & tearful; <b>no sleep</b> since June.";
    let long = format!("Seen at home.\n{}", "Slept badly again. ".repeat(60));
    let row = |cells: [Option<&str>; 6]| Row {
        number: 0,
        cells: cells.into_iter().map(|text| cell(text, cut_after)).collect(),
    };
    let mut rows = vec![
        row([Some("r1"), Some("41"), Some("0.5"), Some("true"), Some(note), None]),
        row([Some("r1"), Some("41"), Some("NaN"), Some("false"), Some(&long), None]),
        row([Some("r2"), None, Some("-2"), None, Some(""), None]),
    ];
    if highlight && let Some(note) = rows.first_mut().and_then(|row| row.cells.get_mut(4)) {
        note.marks =
            vec![Mark { start: 12, end: 25, highlight: 0 }, Mark { start: 33, end: 38, highlight: 1 }];
    }
    rows
}

fn cell(text: Option<&str>, cut_after: usize) -> Cell {
    let cut = cut_after > 0 && text.is_some_and(|text| text.chars().count() > cut_after);
    let text = text.map(|text| if cut { text.chars().take(cut_after).collect() } else { text.to_owned() });
    Cell { text, cut, marks: Vec::new() }
}

pub(crate) fn people() -> People {
    People {
        kind: "rid".to_owned(),
        ids: vec!["r1".to_owned(), "r2".to_owned()],
        certificate_id: DONE.to_owned(),
        cut: false,
    }
}

pub(crate) fn file(format: &str) -> FileBegin {
    FileBegin {
        file_name: format!("coffer demo \"2026\".{format}"),
        content_type: "text/csv; charset=utf-8".to_owned(),
    }
}
