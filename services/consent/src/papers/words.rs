//! Domain data in the words of letters.

use chrono::NaiveDate;
use coffer_letters::{Addressee, AgeBand, Identity, Study as LetterStudy, TrafficLight};

use crate::domain::mode::Mode;
use crate::domain::patient::{self, Patient, Sex};
use crate::domain::study::Study;

/// The patient as in the window of an envelope.
pub(super) fn addressee(patient: &Patient) -> Addressee {
    Addressee { name: patient.name(), salutation: salutation(patient), address: patient.address.clone() }
}

/// What stands after "Dear": the title as recorded, else the usual one, and the family name.
fn salutation(patient: &Patient) -> String {
    let title = match (patient.title.trim(), patient.sex) {
        ("", Sex::Male) => "Mr",
        ("", Sex::Female) => "Ms",
        ("", Sex::Other | Sex::Unknown) => "Mx",
        (recorded, _) => recorded,
    };
    format!("{title} {}", patient.last_name.trim())
}

pub(super) fn identity(patient: &Patient) -> Identity {
    Identity {
        name: patient.name(),
        born_on: patient.born_on.map(Into::into),
        nhs_number: patient.nhs_number.grouped(),
        local_id_label: patient.local_id_label.clone(),
        local_id: patient.local_id.clone(),
    }
}

pub(super) fn study(study: &Study) -> LetterStudy {
    LetterStudy {
        number: study.number,
        title: study.title.clone(),
        lead_researcher: study.lead_researcher(),
        rec_reference: study.rec_reference.clone(),
    }
}

/// The practitioner's name and address in one line.
pub(super) fn gp(patient: &Patient) -> String {
    let parts = std::iter::once(&patient.gp_name).chain(&patient.gp_address);
    parts.map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

pub(super) const fn sex(patient: &Patient) -> &'static str {
    match patient.sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Other => "neither male nor female",
        Sex::Unknown => "not recorded",
    }
}

/// Which signatures a form for the patient needs.
pub(super) fn age(patient: &Patient, today: NaiveDate) -> AgeBand {
    match patient.age_band(today) {
        patient::AgeBand::Under15 => AgeBand::Under15,
        patient::AgeBand::Fifteen => AgeBand::Fifteen,
        patient::AgeBand::Adult => AgeBand::SixteenOrOver,
        patient::AgeBand::Unknown => AgeBand::Any,
    }
}

/// The choice of a patient who made one.
pub(super) const fn traffic_light(mode: Mode) -> Option<TrafficLight> {
    match mode {
        Mode::Red => Some(TrafficLight::Red),
        Mode::Yellow => Some(TrafficLight::Yellow),
        Mode::Green => Some(TrafficLight::Green),
        Mode::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patient::tests::patient;

    #[test]
    fn a_greeting_goes_by_title_then_by_sex() {
        let greeting = |title: &str, sex| salutation(&Patient { title: title.to_owned(), sex, ..patient() });
        assert_eq!(greeting("Prof", Sex::Female), "Prof Byron");
        assert_eq!(greeting("", Sex::Female), "Ms Byron");
        assert_eq!(greeting(" ", Sex::Male), "Mr Byron");
        assert_eq!(greeting("", Sex::Unknown), "Mx Byron");
    }

    #[test]
    fn a_practitioner_stands_in_one_line() {
        let gp_address = ["1 Mill Road".to_owned(), String::new(), "FN2 1AB".to_owned()].to_vec();
        let patient = Patient { gp_name: "Dr A Osei".to_owned(), gp_address, ..patient() };
        assert_eq!(gp(&patient), "Dr A Osei, 1 Mill Road, FN2 1AB");
    }
}
