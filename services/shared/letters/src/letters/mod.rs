//! One struct per letter: the data that its template prints.

mod forms;
mod samples;
mod to_patients;
mod to_researchers;

use chrono::NaiveDate;
use serde::Serialize;

pub use forms::{StudyDecisionForm, TrafficLightForm};
pub use samples::{SampleDetails, SampleExtraForm, SampleLeaflet};
pub use to_patients::{
    AskedBecause, ClinicianLetter, DecidedBy, FirstTrafficLightLetter, ModeConfirmationLetter,
};
pub use to_researchers::{ApprovalLetter, CoverLetter, WithdrawalLetter};

use crate::parts::TextSize;

/// Something that is typeset.
pub trait Letter: Serialize {
    /// File name of its template.
    const TEMPLATE: &'static str;

    /// Title of the PDF. It names no patient.
    fn title(&self) -> String;

    /// The date printed on it, and the only time that the PDF knows.
    fn date(&self) -> NaiveDate;

    /// How large it is set.
    fn text_size(&self) -> TextSize;
}
