//! Forms that patients fill in and send to the research database's office.

use chrono::NaiveDate;
use serde::Serialize;

use super::Letter;
use crate::parts::{AgeBand, Identity, LongDate, Study, TextSize};

/// A patient's yes or no to one study.
#[derive(Clone, Serialize)]
pub struct StudyDecisionForm {
    /// The date of the form.
    pub date: LongDate,
    /// The patient.
    pub patient: Identity,
    /// Which signatures it needs.
    pub age: AgeBand,
    /// The study.
    pub study: Study,
    /// What people call the request by.
    pub request_code: String,
    /// Whether a yes also lets the researchers have the extra form.
    pub extra_form: bool,
    /// How large it is set.
    #[serde(skip)]
    pub text_size: TextSize,
}

impl Letter for StudyDecisionForm {
    const TEMPLATE: &'static str = "study_decision_form.typ";

    fn title(&self) -> String {
        format!("Your decision about study {}", self.study.number)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        self.text_size
    }
}

/// A patient's choice about contact for research in general.
#[derive(Clone, Serialize)]
pub struct TrafficLightForm {
    /// The date of the form.
    pub date: LongDate,
    /// The patient; none for a form that anybody can fill in.
    pub patient: Option<Identity>,
    /// Which signatures it needs.
    pub age: AgeBand,
    /// How large it is set.
    #[serde(skip)]
    pub text_size: TextSize,
}

impl Letter for TrafficLightForm {
    const TEMPLATE: &'static str = "traffic_light_form.typ";

    fn title(&self) -> String {
        "How may we contact you about research?".to_owned()
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        self.text_size
    }
}
