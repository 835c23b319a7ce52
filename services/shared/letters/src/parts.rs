//! What several letters are made of: plain data, as it is to be printed.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};

/// A date as letters print it: `5 March 2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongDate(pub NaiveDate);

impl fmt::Display for LongDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%-d %B %Y"))
    }
}

impl From<NaiveDate> for LongDate {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl Serialize for LongDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// To whom a letter goes: what shows in the window of the envelope, and the greeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addressee {
    /// The name in the address.
    pub name: String,
    /// What stands after "Dear".
    pub salutation: String,
    /// Lines of the postal address; may be empty.
    pub address: Vec<String>,
}

/// What tells a patient apart from others.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Title, first and last name.
    pub name: String,
    /// Date of birth.
    pub born_on: Option<LongDate>,
    /// The NHS number, grouped for reading.
    pub nhs_number: String,
    /// What the hospital calls its own number.
    pub local_id_label: String,
    /// The hospital's own number.
    pub local_id: String,
}

/// Who signs a letter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signatory {
    /// Full name.
    pub name: String,
    /// What stands under it.
    pub title: String,
}

/// The clinician who writes to a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clinician {
    /// Full name.
    pub name: String,
    /// What stands under the name.
    pub title: String,
    /// Lines of the postal address; empty: care of the house.
    pub address: Vec<String>,
}

/// A study as letters name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Study {
    /// The institution's number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Full name of the lead researcher.
    pub lead_researcher: String,
    /// Reference at the ethics committee.
    pub rec_reference: String,
}

/// How large a letter is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TextSize {
    /// 10.5 points, for professionals.
    Small,
    /// 12 points, for patients.
    #[default]
    Normal,
    /// 16 points, for patients who wish it.
    Large,
}

impl TextSize {
    /// In points.
    pub const fn points(self) -> f64 {
        match self {
            Self::Small => 10.5,
            Self::Normal => 12.0,
            Self::Large => 16.0,
        }
    }
}

/// How old a patient is, as far as signatures go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeBand {
    /// Under 15 years: signed with a parent or a clinician.
    Under15,
    /// 15 years: the form serves on both sides of the next birthday.
    Fifteen,
    /// 16 or older: signed alone, or for one who lacks capacity.
    SixteenOrOver,
    /// Not known, or a form for anybody: all boxes.
    Any,
}

/// A choice about being contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrafficLight {
    /// Do not contact me.
    Red,
    /// Ask my clinicians each time.
    Yellow,
    /// Approved researchers may contact me.
    Green,
}

/// What a permission to contact a patient rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Basis {
    /// The patient's general choice; not asked about this study.
    GeneralConsent,
    /// The patient's answer about this study.
    Agreed {
        /// When the answer was recorded.
        on: LongDate,
    },
}
