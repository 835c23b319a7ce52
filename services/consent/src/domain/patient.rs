//! A patient as the clinical source knows them.

use std::fmt;

use chrono::NaiveDate;
use coffer_types::NhsNumber;
use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// Sex as recorded.
    pub enum Sex {
        /// Male.
        Male = "M",
        /// Female.
        Female = "F",
        /// Neither.
        Other = "X",
        /// Not known.
        Unknown = "?",
    }
}

/// How old a patient is, as far as forms and signatures go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeBand {
    /// Under 15 years.
    Under15,
    /// 15 years: forms prepare for both sides of the next birthday.
    Fifteen,
    /// 16 or older.
    Adult,
    /// The date of birth is not known.
    Unknown,
}

impl AgeBand {
    /// Known to be under 16.
    pub const fn is_under_16(self) -> bool {
        matches!(self, Self::Under15 | Self::Fifteen)
    }
}

/// Demographics, looked up afresh for each decision. `Debug` shows nothing, so that no log can.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// The NHS number.
    pub nhs_number: NhsNumber,
    /// What the hospital calls its own number, such as `RiO number`.
    pub local_id_label: String,
    /// The hospital's own number.
    pub local_id: String,
    /// Title, may be empty.
    pub title: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Date of birth.
    pub born_on: Option<NaiveDate>,
    /// Date of death.
    pub died_on: Option<NaiveDate>,
    /// Known to be dead, with a date or without.
    pub is_dead: bool,
    /// Sex as recorded.
    pub sex: Sex,
    /// Lines of the postal address.
    pub address: Vec<String>,
    /// Telephone, may be empty.
    pub telephone: String,
    /// E-mail as recorded, may be empty; Coffer never writes to it.
    pub email: String,
    /// The general practitioner, may be empty.
    pub gp_name: String,
    /// Lines of the practitioner's address.
    pub gp_address: Vec<String>,
    /// Discharged from the hospital's care; none when not known.
    pub is_discharged: Option<bool>,
    /// Since when.
    pub discharged_on: Option<NaiveDate>,
}

impl Patient {
    /// Title, first and last name.
    pub fn name(&self) -> String {
        full_name(&self.title, &self.first_name, &self.last_name)
    }

    /// Whole years on `day`; one born on 29 February has the birthday on 1 March in other years.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        self.born_on.map(|born| day.years_since(born).unwrap_or_default())
    }

    /// The age band on `day`.
    pub fn age_band(&self, day: NaiveDate) -> AgeBand {
        match self.age_on(day) {
            None => AgeBand::Unknown,
            Some(..15) => AgeBand::Under15,
            Some(15) => AgeBand::Fifteen,
            Some(_) => AgeBand::Adult,
        }
    }

    /// Whether the patient is known to be discharged.
    pub fn is_known_discharged(&self) -> bool {
        self.is_discharged == Some(true)
    }

    /// Days from the discharge to `day`; none when its date is not known.
    pub fn days_since_discharge(&self, day: NaiveDate) -> Option<i64> {
        self.discharged_on.map(|discharged| (day - discharged).num_days())
    }
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient(hidden)")
    }
}

/// Joins the parts of a name that are there.
pub(super) fn full_name(title: &str, first_name: &str, last_name: &str) -> String {
    let parts = [title, first_name, last_name].map(str::trim);
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(crate) mod tests {
    use rstest::rstest;

    use super::*;

    pub(crate) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// An adult whom no rule stops.
    pub(crate) fn patient() -> Patient {
        Patient {
            nhs_number: "9434765919".parse().unwrap(),
            local_id_label: "Local number".to_owned(),
            local_id: "100001".to_owned(),
            title: "Ms".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Byron".to_owned(),
            born_on: Some(day("1980-05-17")),
            died_on: None,
            is_dead: false,
            sex: Sex::Female,
            address: vec!["1 High Street".to_owned()],
            telephone: String::new(),
            email: String::new(),
            gp_name: String::new(),
            gp_address: Vec::new(),
            is_discharged: Some(false),
            discharged_on: None,
        }
    }

    #[rstest]
    #[case("2010-11-24", "2026-11-23", Some(15))]
    #[case("2010-11-24", "2026-11-24", Some(16))]
    #[case("2008-02-29", "2024-02-28", Some(15))]
    #[case("2008-02-29", "2024-02-29", Some(16))]
    #[case("2012-02-29", "2027-02-28", Some(14))]
    #[case("2012-02-29", "2027-03-01", Some(15))]
    #[case("2027-01-01", "2026-11-24", Some(0))]
    fn age_by_birthday(#[case] born: &str, #[case] on: &str, #[case] age: Option<u32>) {
        let patient = Patient { born_on: Some(day(born)), ..patient() };
        assert_eq!(patient.age_on(day(on)), age);
    }

    #[test]
    fn an_unknown_birthday_is_no_age() {
        let patient = Patient { born_on: None, ..patient() };
        assert_eq!(patient.age_band(day("2026-11-24")), AgeBand::Unknown);
        assert!(!AgeBand::Unknown.is_under_16());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", patient()), "Patient(hidden)");
    }

    #[test]
    fn a_name_has_no_gaps() {
        assert_eq!(full_name("", " Ada", "Byron"), "Ada Byron");
    }
}
