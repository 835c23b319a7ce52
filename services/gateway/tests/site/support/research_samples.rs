//! Typed answers of research-query.

use coffer_proto::query::v1::{
    Column, Database, Highlight, MadeQuery, Parameter, Placeholder, Run, SavedQuery, SavedQueryVersion,
    StandardQuery, Table,
};

use super::run_samples;
use super::samples::at;

pub(crate) const SAVED: &str = "01981f00-0000-7000-8000-0000000000e1";
pub(crate) const STANDARD: &str = "01981f00-0000-7000-8000-0000000000e2";
pub(crate) const HIGHLIGHT: &str = "01981f00-0000-7000-8000-0000000000e3";
/// A query with one parameter, and what a browser must not take for HTML.
pub(crate) const SQL: &str =
    "SELECT rid, note_text\nFROM note\nWHERE written_on >= :since AND note_text LIKE '%<b>%'";

fn column(name: &str, kind: &str) -> Column {
    Column { name: name.to_owned(), r#type: kind.to_owned(), nullable: true, ..Column::default() }
}

/// One that works, and one that is down.
pub(crate) fn databases() -> Vec<Database> {
    let rid = Column { nullable: false, indexed: true, people: "rid".to_owned(), ..column("rid", "text") };
    let text = Column {
        full_text: true,
        comment: "As written, without <names>".to_owned(),
        ..column("note_text", "text")
    };
    vec![
        Database {
            name: "demo".to_owned(),
            title: "Demonstration records".to_owned(),
            available: true,
            description: "De-identified records & notes.".to_owned(),
            engine: "postgresql".to_owned(),
            rid_column: "rid".to_owned(),
            data_version: "Refreshed on 23 Nov 2026".to_owned(),
            warning: "The account could write.".to_owned(),
            help: "# Notes\n\nAsk *the* team. <script>alert(1)</script>".to_owned(),
            tables: vec![
                Table {
                    schema: "public".to_owned(),
                    name: "note".to_owned(),
                    comment: "Free text of clinicians".to_owned(),
                    rows: 100_000,
                    columns: vec![rid.clone(), column("written_on", "date"), text],
                },
                Table {
                    schema: "public".to_owned(),
                    name: "Admission".to_owned(),
                    rows: -1,
                    columns: vec![rid, column("admitted_on", "date")],
                    ..Table::default()
                },
            ],
            ..Database::default()
        },
        Database {
            name: "community".to_owned(),
            title: "Community <records>".to_owned(),
            problem: "It does not answer.".to_owned(),
            engine: "mysql".to_owned(),
            ..Database::default()
        },
    ]
}

/// Many tables with some columns each.
pub(crate) fn many_tables(number: usize, columns: usize) -> Vec<Table> {
    let columns: Vec<_> = (0..columns).map(|number| column(&format!("column_{number}"), "text")).collect();
    let table = |number| Table {
        schema: format!("schema_{}", number / 1000),
        name: format!("table_{number:05}"),
        columns: columns.clone(),
        ..Table::default()
    };
    (0..number).map(table).collect()
}

fn parameter() -> Parameter {
    Parameter { name: "since".to_owned(), kind: "date".to_owned(), value: Some("2026-01-01".to_owned()) }
}

pub(crate) fn saved() -> SavedQuery {
    SavedQuery {
        id: SAVED.to_owned(),
        name: "Notes <since>".to_owned(),
        note: "For the sleep study.\nAsk & tell.".to_owned(),
        tags: vec!["sleep".to_owned(), "notes".to_owned()],
        database: "demo".to_owned(),
        sql: SQL.to_owned(),
        parameters: vec![parameter()],
        version: 2,
        created_at: at(-60),
        changed_at: at(-30),
        last_run: Some(Run {
            id: run_samples::DONE.to_owned(),
            state: "done".to_owned(),
            queued_at: at(-20),
            ..Run::default()
        }),
    }
}

pub(crate) fn versions() -> Vec<SavedQueryVersion> {
    let version = |version, sql: &str, minutes| SavedQueryVersion {
        version,
        sql: sql.to_owned(),
        parameters: if version == 2 { vec![parameter()] } else { Vec::new() },
        at: at(minutes),
    };
    vec![version(2, SQL, -30), version(1, "SELECT rid FROM note", -60)]
}

pub(crate) fn standard() -> StandardQuery {
    let placeholder = |name: &str, kind: &str, label: &str, initial: &str| Placeholder {
        name: name.to_owned(),
        kind: kind.to_owned(),
        label: label.to_owned(),
        initial: initial.to_owned(),
    };
    StandardQuery {
        id: STANDARD.to_owned(),
        title: "Admissions of a period".to_owned(),
        description: "Counts wards & days.\nWeekends count.".to_owned(),
        database: "demo".to_owned(),
        sql: "SELECT ward FROM admission WHERE admitted_on >= :first AND days >= :days AND open = :open"
            .to_owned(),
        placeholders: vec![
            placeholder("first", "date", "First day", "2026-01-01"),
            placeholder("days", "integer", "Days at least", "2"),
            placeholder("open", "boolean", "Still open", "false"),
        ],
        changed_at: at(-90),
    }
}

pub(crate) fn highlights() -> Vec<Highlight> {
    let highlight = |id: &str, pattern: &str, is_regex, colour: &str, active| Highlight {
        id: id.to_owned(),
        label: "Drugs & <doses>".to_owned(),
        pattern: pattern.to_owned(),
        is_regex,
        colour: colour.to_owned(),
        active,
    };
    vec![
        highlight(HIGHLIGHT, "clozapin\\w*", true, "yellow", true),
        highlight("01981f00-0000-7000-8000-0000000000e4", "O'Neill & <b>", false, "teal", false),
    ]
}

pub(crate) fn made() -> MadeQuery {
    let parameters = vec![Parameter {
        name: "fragment".to_owned(),
        kind: "text".to_owned(),
        value: Some("%sleep%".to_owned()),
    }];
    MadeQuery {
        sql: "SELECT rid FROM note WHERE note_text LIKE :fragment".to_owned(),
        parameters,
        columns: 12,
    }
}
