//! Typed answers of research-query.

use coffer_proto::query::v1::{Column, Database, Table};

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
