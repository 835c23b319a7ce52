//! Documents in the place of those that researchers and hospitals upload: for demos, so that packs are whole.

use chrono::NaiveDate;
use serde::Serialize;

use super::Letter;
use crate::parts::{LongDate, Study, TextSize};

/// Information about a study, for those who may take part.
#[derive(Clone, Serialize)]
pub struct SampleDetails {
    /// Date of the document.
    pub date: LongDate,
    /// The study.
    pub study: Study,
    /// What it is about.
    pub summary: String,
}

/// A form for a clinician to fill in.
#[derive(Clone, Serialize)]
pub struct SampleExtraForm {
    /// Date of the document.
    pub date: LongDate,
    /// The study.
    pub study: Study,
}

/// The leaflet about taking part in research.
#[derive(Clone, Serialize)]
pub struct SampleLeaflet {
    /// Date of the document.
    pub date: LongDate,
}

impl Letter for SampleDetails {
    const TEMPLATE: &'static str = "sample_details.typ";

    fn title(&self) -> String {
        format!("Information about study {}", self.study.number)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        TextSize::Normal
    }
}

impl Letter for SampleExtraForm {
    const TEMPLATE: &'static str = "sample_extra_form.typ";

    fn title(&self) -> String {
        format!("For the clinician: study {}", self.study.number)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        TextSize::Normal
    }
}

impl Letter for SampleLeaflet {
    const TEMPLATE: &'static str = "sample_leaflet.typ";

    fn title(&self) -> String {
        "Taking part in research".to_owned()
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        TextSize::Normal
    }
}
