//! Papers from domain data, as far as they are more than copying.

use coffer_letters::{Basis, House, TextSize};

use super::*;
use crate::domain::answer::Involvement;
use crate::domain::clinician::ClinicianKind;
use crate::domain::clinician::tests::clinician;
use crate::domain::mode::Mode;
use crate::domain::mode::tests::mode_on;
use crate::domain::patient::tests::{day, patient};
use crate::domain::study::tests::study;

fn today() -> NaiveDate {
    day("2026-11-24")
}

/// An e-mail address leaves the house only for a patient who prefers e-mail.
#[test]
fn researchers_get_an_address_only_to_use_it() {
    let patient = Patient { email: "ada@mail.example".to_owned(), ..patient() };
    let study = study();
    let about = About { code: "7", study: &study, patient: &patient, today: today() };
    let permission = |prefers_email| Permission {
        requested_on: today(),
        basis: Basis::GeneralConsent,
        clinicians: &[],
        prefers_email,
    };
    assert_eq!(approval(about, permission(true)).email, "ada@mail.example");
    assert_eq!(approval(about, permission(false)).email, "");
}

#[test]
fn only_a_choice_is_confirmed() {
    let confirm = |mode| {
        let mode = mode_on(mode, 20_000);
        let choice = ChoiceMade {
            mode: &mode,
            by_clinician_override: false,
            prefers_email: false,
            text_size: TextSize::Normal,
        };
        mode_confirmation(&patient(), choice, today())
    };
    assert!(confirm(Mode::Green).is_some_and(|letter| letter.email.is_empty()));
    assert!(confirm(Mode::Unknown).is_none());
}

#[tokio::test]
async fn a_pack_holds_the_forms_that_the_patient_needs() {
    let typesetter = Arc::new(Typesetter::new(House::default()).unwrap());
    let (study, patient) = (study(), patient());
    let about = About { code: "00a1b2c3d4e5", study: &study, patient: &patient, today: today() };
    let pdf = print(&typesetter, withdrawal(about, today())).await.unwrap().pdf.bytes;
    let clinician = clinician(ClinicianKind::Consultant, "2020-01-01", None);

    let mut lengths = Vec::new();
    for (mode, extra_form, leaflet) in [
        (Mode::Yellow, None, None),
        (Mode::Unknown, None, None),
        (Mode::Unknown, Some(pdf.clone()), Some(pdf.clone())),
    ] {
        let invitation = Invitation {
            clinician: &clinician,
            involvement: Involvement::RequestedByResearchers,
            mode,
            text_size: TextSize::Normal,
        };
        let enclosures = Enclosures { details: pdf.clone(), extra_form, leaflet };
        let pack = pack(about, invitation, enclosures);
        assert_eq!(pack.letter.traffic_light_form, mode == Mode::Unknown);
        let paper = print_pack(&typesetter, pack).await.unwrap();
        assert_eq!((paper.kind, paper.title.as_str()), ("pack", "Pack for a patient: study 101"));
        lengths.push(paper.pdf.bytes.len());
    }
    assert!(lengths.is_sorted() && lengths.first() < lengths.last(), "{lengths:?}");
}

#[tokio::test]
async fn a_damaged_upload_makes_no_pack() {
    let typesetter = Arc::new(Typesetter::new(House::default()).unwrap());
    let (study, patient) = (study(), patient());
    let about = About { code: "00a1b2c3d4e5", study: &study, patient: &patient, today: today() };
    let clinician = clinician(ClinicianKind::Consultant, "2020-01-01", None);
    let invitation = Invitation {
        clinician: &clinician,
        involvement: Involvement::RequiredByYellow,
        mode: Mode::Yellow,
        text_size: TextSize::Normal,
    };
    let details = b"%PDF-1.7 and nothing more".to_vec();
    let pack = pack(about, invitation, Enclosures { details, ..Enclosures::default() });
    let refused = print_pack(&typesetter, pack).await;
    assert!(matches!(refused, Err(PaperError::Letter(LetterError::Part { number: 2, .. }))));
}
