//! Stays on a ward.

use chrono::{Days, NaiveDate};

use super::rhythm::{Place, Stop};
use crate::generator::Generator;
use crate::patients::DemoPatient;

const LEGAL: [&str; 6] = ["Informal", "Informal", "Informal", "Section 2", "Section 2", "Section 3"];

const WHERE_TO: [&str; 5] = ["Own home", "Own home", "Family", "Supported accommodation", "Crisis house"];

/// A stay.
pub(crate) struct Stay {
    pub admitted_on: NaiveDate,
    pub discharged_on: Option<NaiveDate>,
    pub ward: &'static str,
    pub legal_status: &'static str,
    pub destination: &'static str,
}

/// The stays among the contacts. One that does not end lasts, unless the patient died or was discharged.
pub(crate) fn stays(
    stops: &[Stop],
    start: NaiveDate,
    end: NaiveDate,
    patient: &DemoPatient,
    generator: &mut Generator,
) -> Vec<Stay> {
    let day = |stop: &Stop| start + Days::new(stop.day);
    let mut admissions = stops.iter().filter(|stop| stop.place == Place::Admission).map(day);
    let mut discharges = stops.iter().filter(|stop| stop.place == Place::Discharge).map(day);
    let has_ended = patient.died_on.is_some() || patient.discharged_on.is_some();
    std::iter::from_fn(|| {
        let admitted_on = admissions.next()?;
        let discharged_on = discharges.next().or(has_ended.then_some(end));
        Some(Stay {
            admitted_on,
            discharged_on,
            ward: generator.word(&["Acute ward", "Acute ward", "Assessment ward", "Intensive care ward"]),
            legal_status: generator.word(&LEGAL),
            destination: generator.word(&WHERE_TO),
        })
    })
    .collect()
}
