//! Fictional people, and a letter of each kind about them.

use chrono::NaiveDate;
use coffer_letters::letters::{
    ApprovalLetter, AskedBecause, ClinicianLetter, CoverLetter, DecidedBy, FirstTrafficLightLetter,
    ModeConfirmationLetter, SampleDetails, SampleExtraForm, SampleLeaflet, StudyDecisionForm,
    TrafficLightForm, WithdrawalLetter,
};
use coffer_letters::{
    Addressee, AgeBand, Basis, Clinician, Identity, LongDate, Study, TextSize, TrafficLight,
};

pub(crate) fn date(text: &str) -> LongDate {
    text.parse::<NaiveDate>().unwrap().into()
}

fn today() -> LongDate {
    date("2026-11-24")
}

pub(crate) fn addressee() -> Addressee {
    Addressee {
        name: "Ms Ada Byron".to_owned(),
        salutation: "Ms Byron".to_owned(),
        address: ["1 High Street", "Little Fenning", "Fenborough", "Fenshire", "FN2 7XX"]
            .map(str::to_owned)
            .to_vec(),
    }
}

pub(crate) fn identity(name: &str, born: &str) -> Identity {
    Identity {
        name: name.to_owned(),
        born_on: Some(date(born)),
        nhs_number: "999 000 0018".to_owned(),
        local_id_label: "Hospital number".to_owned(),
        local_id: "100001".to_owned(),
    }
}

fn adult() -> Identity {
    identity("Ms Ada Byron", "1980-05-17")
}

fn researcher() -> Addressee {
    Addressee { name: "Dr Amina Okafor".to_owned(), salutation: "Dr Okafor".to_owned(), address: Vec::new() }
}

fn study() -> Study {
    Study {
        number: 101,
        title: "Sleep and mood in everyday life".to_owned(),
        lead_researcher: "Dr Amina Okafor".to_owned(),
        rec_reference: "26/XX/0001".to_owned(),
    }
}

fn clinician() -> Clinician {
    Clinician {
        name: "Dr Helen Marchbanks".to_owned(),
        title: "Consultant psychiatrist".to_owned(),
        address: ["Mill House Clinic", "4 Mill Lane", "Fenborough", "FN1 2XX"].map(str::to_owned).to_vec(),
    }
}

pub(crate) fn approval(basis: Basis) -> ApprovalLetter {
    ApprovalLetter {
        date: today(),
        researcher: researcher(),
        study: study(),
        request_code: "00a1b2c3d4e5".to_owned(),
        requested_on: date("2026-11-02"),
        basis,
        patient: adult(),
        sex: "female".to_owned(),
        address: addressee().address,
        gp: "Dr A Osei, Fen Surgery, Fenborough".to_owned(),
        clinician: "Dr Helen Marchbanks".to_owned(),
        prefers_email: true,
        email: "ada.byron@mail.example".to_owned(),
    }
}

pub(crate) fn withdrawal() -> WithdrawalLetter {
    WithdrawalLetter {
        date: today(),
        researcher: researcher(),
        study: study(),
        request_code: "00a1b2c3d4e5".to_owned(),
        permitted_on: date("2026-10-01"),
        patient: adult(),
    }
}

pub(crate) fn mode_confirmation(choice: TrafficLight, decided_by: DecidedBy) -> ModeConfirmationLetter {
    ModeConfirmationLetter {
        date: today(),
        patient: addressee(),
        choice,
        decided_on: date("2026-11-20"),
        decided_by,
        exclude_entirely: choice == TrafficLight::Red,
        prefers_email: choice == TrafficLight::Green,
        email: "ada.byron@mail.example".to_owned(),
        text_size: TextSize::Normal,
    }
}

pub(crate) fn clinician_letter(because: AskedBecause, identity: Identity, age: AgeBand) -> ClinicianLetter {
    ClinicianLetter {
        date: today(),
        clinician: clinician(),
        patient: Addressee { name: identity.name.clone(), salutation: identity.name.clone(), ..addressee() },
        identity,
        gp: "Dr A Osei, Fen Surgery, Fenborough".to_owned(),
        age,
        study: study(),
        because,
        extra_form: because == AskedBecause::ResearchersWish,
        traffic_light_form: because == AskedBecause::Unknown,
        leaflet: true,
        text_size: TextSize::Normal,
    }
}

pub(crate) fn adults_letter() -> ClinicianLetter {
    clinician_letter(AskedBecause::Yellow, adult(), AgeBand::SixteenOrOver)
}

pub(crate) fn childs_letter() -> ClinicianLetter {
    clinician_letter(AskedBecause::Unknown, identity("Max Byron", "2013-03-01"), AgeBand::Under15)
}

pub(crate) fn first_traffic_light() -> FirstTrafficLightLetter {
    FirstTrafficLightLetter {
        date: today(),
        clinician: Clinician { address: Vec::new(), ..clinician() },
        patient: addressee(),
        identity: adult(),
        gp: "Dr A Osei, Fen Surgery, Fenborough".to_owned(),
        age: AgeBand::SixteenOrOver,
        text_size: TextSize::Normal,
    }
}

pub(crate) fn decision_form(age: AgeBand) -> StudyDecisionForm {
    StudyDecisionForm {
        date: today(),
        patient: adult(),
        age,
        study: study(),
        request_code: "00a1b2c3d4e5".to_owned(),
        extra_form: true,
        text_size: TextSize::Normal,
    }
}

pub(crate) fn traffic_light_form(patient: Option<Identity>, age: AgeBand) -> TrafficLightForm {
    TrafficLightForm { date: today(), patient, age, text_size: TextSize::Normal }
}

pub(crate) fn cover(asked_about_study: bool) -> CoverLetter {
    CoverLetter { date: today(), study: study(), asked_about_study }
}

pub(crate) fn uploads() -> (SampleDetails, SampleExtraForm, SampleLeaflet) {
    let details = SampleDetails {
        date: today(),
        study: study(),
        summary: "How sleep and mood go together in everyday life.".to_owned(),
    };
    (details, SampleExtraForm { date: today(), study: study() }, SampleLeaflet { date: today() })
}
