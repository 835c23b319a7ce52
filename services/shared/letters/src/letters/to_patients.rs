//! Letters to patients, from the research database's office or from their clinician.

use chrono::NaiveDate;
use serde::Serialize;

use super::Letter;
use crate::parts::{Addressee, AgeBand, Clinician, Identity, LongDate, Study, TextSize, TrafficLight};

/// Who made a choice about contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The patient, or somebody who may sign for them.
    Patient,
    /// A clinician, over the patient's earlier choice.
    ClinicianOverride,
}

/// Confirms to a patient how they will be contacted about research.
#[derive(Clone, Serialize)]
pub struct ModeConfirmationLetter {
    /// The letter's date.
    pub date: LongDate,
    /// The patient.
    pub patient: Addressee,
    /// The choice.
    pub choice: TrafficLight,
    /// When it was made.
    pub decided_on: LongDate,
    /// Who made it.
    pub decided_by: DecidedBy,
    /// Whether the record is kept out of the research database altogether.
    pub exclude_entirely: bool,
    /// Whether the patient would rather have e-mail than post.
    pub prefers_email: bool,
    /// The address for that; may be empty.
    pub email: String,
    /// How large it is set.
    #[serde(skip)]
    pub text_size: TextSize,
}

impl Letter for ModeConfirmationLetter {
    const TEMPLATE: &'static str = "mode_confirmation.typ";

    fn title(&self) -> String {
        "Your choice about being contacted for research".to_owned()
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        self.text_size
    }
}

/// Why a request comes through a clinician.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBecause {
    /// The researchers wish it.
    ResearchersWish,
    /// The patient chose it.
    Yellow,
    /// The patient was never asked.
    Unknown,
}

/// Tells a patient about a study, on behalf of researchers who do not know who the patient is.
#[derive(Clone, Serialize)]
pub struct ClinicianLetter {
    /// The letter's date.
    pub date: LongDate,
    /// Who writes.
    pub clinician: Clinician,
    /// To whom.
    pub patient: Addressee,
    /// The patient's details, to be checked by the patient.
    pub identity: Identity,
    /// The general practitioner, may be empty.
    pub gp: String,
    /// Signatures that the enclosed forms need.
    pub age: AgeBand,
    /// The study.
    pub study: Study,
    /// Why it comes through a clinician.
    pub because: AskedBecause,
    /// Whether an extra form of the researchers is enclosed.
    pub extra_form: bool,
    /// Whether the form for the general choice is enclosed.
    pub traffic_light_form: bool,
    /// Whether the leaflet about research is enclosed.
    pub leaflet: bool,
    /// How large it is set.
    #[serde(skip)]
    pub text_size: TextSize,
}

impl Letter for ClinicianLetter {
    const TEMPLATE: &'static str = "clinician.typ";

    fn title(&self) -> String {
        format!("A research study that you may like to hear about: study {}", self.study.number)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        self.text_size
    }
}

/// Asks a patient for the first time how they wish to hear about research.
#[derive(Clone, Serialize)]
pub struct FirstTrafficLightLetter {
    /// The letter's date.
    pub date: LongDate,
    /// Who writes.
    pub clinician: Clinician,
    /// To whom.
    pub patient: Addressee,
    /// The patient's details, to be checked by the patient.
    pub identity: Identity,
    /// The general practitioner, may be empty.
    pub gp: String,
    /// Signatures that the enclosed form needs.
    pub age: AgeBand,
    /// How large it is set.
    #[serde(skip)]
    pub text_size: TextSize,
}

impl Letter for FirstTrafficLightLetter {
    const TEMPLATE: &'static str = "first_traffic_light.typ";

    fn title(&self) -> String {
        "Would you like to hear about research?".to_owned()
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        self.text_size
    }
}
