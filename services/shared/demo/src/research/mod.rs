//! The research database: the same people de-identified, with the course of their illnesses and their notes.

mod conditions;
mod course;
mod drugs;
mod laboratory;
mod notes;
mod phrases;
mod rhythm;
mod rows;
mod scores;
mod sheets;
mod stays;
mod treatment;
mod writer;

use std::iter::once;

use chrono::NaiveDate;

use crate::generator::Generator;
use crate::patients::{DemoPatient, endless, patients};
use rows::Form;
use sheets::Sheets;

const TABLES: &str = include_str!("tables.sql");
const INDEXES: &str = include_str!("indexes.sql");

/// How many patients' rows go into one statement.
const PORTION: usize = 40;

/// How much is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    patients: usize,
    /// Contacts per patient, at least and at most; each has a note.
    contacts: (u64, u64),
}

/// A small research database for tests: a few hundred patients with a few notes each.
pub fn research_sql(today: NaiveDate) -> String {
    let size = Size { patients: 260, contacts: (4, 7) };
    let parts = script(today, size, Form::Insert);
    once("begin;\n".to_owned()).chain(parts).chain(once("commit;\nanalyze;\n".to_owned())).collect()
}

/// The script of the demo's research database in parts, for psql: over 1,000 patients with over 100,000 notes,
/// and `scale` times as many; patients beyond the first thousand are not in the identity map. It takes the place
/// of what the database holds only when it is complete.
pub fn research_script(today: NaiveDate, scale: usize) -> impl Iterator<Item = String> {
    let size = Size { patients: participants(today) * scale, contacts: (40, 170) };
    let begin = "begin;\ncreate schema fresh;\nset local search_path = fresh;\n\
                 set local maintenance_work_mem = '256MB'; set local client_min_messages = warning;\n";
    let end = "drop schema public cascade;\nalter schema fresh rename to public;\n\
               grant usage on schema public to public;\ncommit;\nanalyze;\n";
    once(begin.to_owned()).chain(script(today, size, Form::Copy)).chain(once(end.to_owned()))
}

/// The patients of the identity map who are in the research database.
fn participants(today: NaiveDate) -> usize {
    patients(today).iter().filter(|patient| patient.is_in_research()).count()
}

fn script(today: NaiveDate, size: Size, form: Form) -> impl Iterator<Item = String> {
    let mut sheets = Sheets::new(form);
    let mut people = endless(today).filter(DemoPatient::is_in_research).take(size.patients);
    let rows = std::iter::from_fn(move || {
        let portion: Vec<_> = people.by_ref().take(PORTION).collect();
        for patient in &portion {
            let (least, most) = size.contacts;
            let count = least + Generator::new(patient.nhs_number.as_integer()).below(most - least + 1);
            sheets.add(patient, &course::course(patient, count, today));
        }
        (!portion.is_empty()).then(|| sheets.take())
    });
    let begin = format!("{TABLES}insert into data_refresh values (now());\n");
    once(begin).chain(rows).chain(once(INDEXES.to_owned()))
}
