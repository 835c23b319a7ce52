//! The research database: the same people de-identified, with their notes.

use chrono::{Datelike as _, NaiveDate};

use crate::notes::notes;
use crate::patients::patients;
use crate::sql::{date, insert, text};

const TABLES: &str = "\
create table patient (
    rid           text primary key,
    mrid          text not null,
    sex           text not null,
    year_of_birth integer,
    is_dead       boolean not null,
    is_discharged boolean not null
);
comment on table patient is 'One row per patient, without identity';
comment on column patient.rid is 'Research id';
comment on column patient.mrid is 'Research id that is the same in all databases';
create table note (
    note_id    integer primary key,
    rid        text not null references patient,
    written_on date not null,
    kind       text not null,
    body       text not null
);
create index on note (rid);
comment on table note is 'Clinical notes with names, numbers and places removed';
comment on column note.kind is 'Progress note, Care plan review, Telephone contact or Out-patient letter';
";

/// The script that makes and fills the database.
pub fn research_sql(today: NaiveDate) -> String {
    let all = patients(today);
    let people = all.iter().map(|patient| {
        vec![
            text(patient.rid.as_str()),
            text(patient.mrid.as_str()),
            text(patient.sex),
            patient.born_on.map_or_else(|| "null".to_owned(), |date| date.year().to_string()),
            patient.died_on.is_some().to_string(),
            patient.discharged_on.is_some().to_string(),
        ]
    });
    let written =
        all.iter().flat_map(|patient| notes(patient, today).into_iter().map(move |note| (patient, note)));
    let written = (1..).zip(written).map(|(number, (patient, note)): (u32, _)| {
        vec![
            number.to_string(),
            text(patient.rid.as_str()),
            date(Some(note.written_on)),
            text(note.kind),
            text(&note.text),
        ]
    });
    format!("begin;\n{TABLES}{}{}commit;\n", insert("patient", people), insert("note", written))
}
