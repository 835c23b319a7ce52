//! What a clinician should think of for this patient before answering, in plain sentences.

use chrono::NaiveDate;

use super::patient::Patient;
use super::study::Study;

/// The sentences for the page behind a clinician's link.
pub fn guidance(patient: &Patient, study: &Study, today: NaiveDate) -> Vec<String> {
    let mut sentences = vec![age_or_capacity(patient, study, today)];
    if let Some(discharge) = discharge(patient, today) {
        sentences.push(discharge);
    }
    if patient.is_dead {
        sentences.push("The patient is recorded as dead. Please choose D if that is so.".to_owned());
    }
    if study.clinical_trial {
        sentences.push(
            "This is a clinical trial of a medicine: if you are not the consultant, please ask the consultant."
                .to_owned(),
        );
    }
    sentences
}

fn age_or_capacity(patient: &Patient, study: &Study, today: NaiveDate) -> String {
    let sentence = if patient.age_band(today).is_under_16() {
        "The patient is under 16: a parent or guardian, or a clinician, has to sign besides the patient."
    } else if study.include_lack_capacity {
        "The study takes patients who lack capacity: a representative and a clinician then sign for the patient."
    } else {
        "The study takes nobody who lacks capacity to decide about taking part. If the patient does, please choose C."
    };
    sentence.to_owned()
}

fn discharge(patient: &Patient, today: NaiveDate) -> Option<String> {
    match (patient.is_discharged, patient.days_since_discharge(today)) {
        (Some(false), _) => None,
        (Some(true), Some(days)) => Some(format!("The patient was discharged {days} days ago.")),
        (Some(true), None) => Some("The patient was discharged on a day that is not known.".to_owned()),
        (None, _) => Some(
            "It is not known whether the patient was discharged. If that was long ago, please choose D."
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::patient::tests::{day, patient};
    use super::super::study::tests::study;
    use super::*;

    const TODAY: &str = "2026-11-24";

    fn told(change: impl Fn(&mut Patient)) -> String {
        let mut patient = patient();
        change(&mut patient);
        guidance(&patient, &study(), day(TODAY)).join(" ")
    }

    #[test]
    fn children_and_adults_are_told_of_their_own_signatures() {
        assert!(told(|patient| patient.born_on = Some(day("2012-01-01"))).contains("under 16"));
        assert!(told(|_| {}).contains("lack capacity"));
    }

    #[test]
    fn discharge_in_three_ways() {
        assert!(!told(|_| {}).contains("discharged"));
        let discharged = |on: Option<&str>| {
            let on = on.map(day);
            told(|patient| {
                patient.is_discharged = Some(true);
                patient.discharged_on = on;
            })
        };
        assert!(discharged(Some("2026-11-14")).contains("10 days ago"));
        assert!(discharged(None).contains("not known"));
        assert!(told(|patient| patient.is_discharged = None).contains("choose D"));
    }
}
