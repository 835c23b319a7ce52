//! Fictional people, studies and databases of the demo: the same on every machine, and no I/O.
//! Dates count from a `today` that the caller gives, so that ages and discharges stay what they are meant to be.

mod case;
mod clinical_source;
mod clinicians;
mod consent;
mod generator;
mod identity_map;
mod patients;
mod research;
mod settings;
mod sql;
mod studies;
mod users;
mod words;

pub use case::Case;
pub use clinical_source::clinical_source_sql;
pub use clinicians::DemoClinician;
pub use consent::{DemoConsent, Evidence, Mode};
pub use identity_map::identity_map_sql;
pub use patients::{DemoPatient, patient, patients};
pub use research::{research_script, research_sql};
pub use settings::{DATABASES, SERVICES, Surroundings};
pub use studies::{DemoStudy, studies};
pub use users::{DemoUser, user, users};
