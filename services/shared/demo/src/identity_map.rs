//! The identity map: which research id stands for which patient. A database of its own.

use chrono::NaiveDate;

use crate::patients::patients;
use crate::sql::{insert, text};

const TABLES: &str = "\
create table identity_map (
    pid  text primary key,     -- number in the clinical system
    mpid text not null unique, -- NHS number
    rid  text not null unique,
    mrid text not null unique,
    trid bigint not null unique
);
";

/// The script that makes and fills the database.
pub fn identity_map_sql(today: NaiveDate) -> String {
    let rows = patients(today).into_iter().map(|patient| {
        vec![
            text(&patient.pid),
            text(&patient.nhs_number.to_string()),
            text(patient.rid.as_str()),
            text(patient.mrid.as_str()),
            patient.trid.to_string(),
        ]
    });
    format!("begin;\n{TABLES}{}commit;\n", insert("identity_map", rows))
}
