//! The clinicians of a patient, and whom of them to ask. Addresses are never guessed.

use std::cmp::Reverse;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::patient::full_name;
use super::words::words;

words! {
    /// What a clinician is to the patient, the first to be asked first.
    pub enum ClinicianKind {
        /// Care coordinator.
        CareCoordinator = "care_coordinator",
        /// Consultant.
        Consultant = "consultant",
        /// Another named professional.
        Professional = "professional",
        /// A team, by its representative.
        Team = "team",
    }
}

/// Somebody who looks or looked after a patient. `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clinician {
    /// What they are to the patient.
    pub kind: ClinicianKind,
    /// Title, may be empty.
    pub title: String,
    /// Given name, may be empty.
    pub first_name: String,
    /// Family name, may be empty.
    pub last_name: String,
    /// E-mail as recorded: it may be missing or malformed.
    pub email: Option<String>,
    /// What stands under their signature.
    pub signatory_title: String,
    /// A consultant, whom a clinical trial needs.
    pub is_consultant: bool,
    /// Looks after the patient since.
    pub started_on: NaiveDate,
    /// Looked after the patient until; none: still does.
    pub ended_on: Option<NaiveDate>,
    /// Lines of the postal address.
    pub address: Vec<String>,
}

impl Clinician {
    /// Title, first and last name.
    pub fn name(&self) -> String {
        full_name(&self.title, &self.first_name, &self.last_name)
    }

    /// Looks after the patient on `day`.
    fn is_current(&self, day: NaiveDate) -> bool {
        self.ended_on.is_none_or(|ended| ended >= day)
    }

    /// Has a family name and an address to write to.
    pub fn is_contactable(&self) -> bool {
        !self.last_name.trim().is_empty() && !self.email_text().is_empty()
    }

    /// The e-mail address as recorded, or an empty text.
    pub fn email_text(&self) -> &str {
        self.email.as_deref().map(str::trim).unwrap_or_default()
    }
}

impl fmt::Debug for Clinician {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clinician({}, hidden)", self.kind.as_str())
    }
}

/// The contactable clinicians, the best first. Whoever looks after the patient now comes before all others:
/// by kind, then the latest start. Of those who once did, the latest end comes first, then the kind.
fn by_preference(clinicians: &[Clinician], today: NaiveDate) -> Vec<&Clinician> {
    let (mut current, mut former): (Vec<_>, Vec<_>) = clinicians
        .iter()
        .filter(|clinician| clinician.is_contactable())
        .partition(|clinician| clinician.is_current(today));
    current.sort_by_key(|clinician| (clinician.kind, Reverse(clinician.started_on)));
    former.sort_by_key(|clinician| (Reverse(clinician.ended_on), clinician.kind));
    current.append(&mut former);
    current
}

/// The clinician to ask first.
pub fn pick_best_clinician(clinicians: &[Clinician], today: NaiveDate) -> Option<&Clinician> {
    by_preference(clinicians, today).into_iter().next()
}

/// The clinician to ask after those of `asked` said that the patient is not theirs.
pub fn pick_next_clinician<'a>(
    clinicians: &'a [Clinician],
    asked: &[String],
    today: NaiveDate,
) -> Option<&'a Clinician> {
    let is_new = |clinician: &&Clinician| {
        !asked.iter().any(|email| email.eq_ignore_ascii_case(clinician.email_text()))
    };
    by_preference(clinicians, today).into_iter().find(is_new)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::super::patient::tests::day;
    use super::*;

    pub(crate) fn clinician(kind: ClinicianKind, started: &str, ended: Option<&str>) -> Clinician {
        Clinician {
            kind,
            title: "Dr".to_owned(),
            first_name: "Jo".to_owned(),
            last_name: format!("Doe{started}"),
            email: Some(format!("{}{started}@nhs.example", kind.as_str())),
            signatory_title: "Consultant psychiatrist".to_owned(),
            is_consultant: kind == ClinicianKind::Consultant,
            started_on: day(started),
            ended_on: ended.map(day),
            address: Vec::new(),
        }
    }

    const TODAY: &str = "2026-11-24";

    fn order(clinicians: &[Clinician]) -> Vec<String> {
        let by_preference = by_preference(clinicians, day(TODAY));
        by_preference.into_iter().map(|one| format!("{} {}", one.kind.as_str(), one.started_on)).collect()
    }

    #[test]
    fn current_ones_come_first_by_kind_then_by_latest_start() {
        let clinicians = [
            clinician(ClinicianKind::CareCoordinator, "2020-01-01", Some("2026-11-23")),
            clinician(ClinicianKind::Team, "2026-01-01", None),
            clinician(ClinicianKind::Consultant, "2021-01-01", Some(TODAY)),
            clinician(ClinicianKind::Consultant, "2024-01-01", None),
        ];
        let expected = [
            "consultant 2024-01-01",
            "consultant 2021-01-01",
            "team 2026-01-01",
            "care_coordinator 2020-01-01",
        ];
        assert_eq!(order(&clinicians), expected);
    }

    #[test]
    fn former_ones_come_by_latest_end_then_by_kind() {
        let clinicians = [
            clinician(ClinicianKind::CareCoordinator, "2019-01-01", Some("2020-01-01")),
            clinician(ClinicianKind::Team, "2018-01-01", Some("2022-01-01")),
            clinician(ClinicianKind::Consultant, "2017-01-01", Some("2022-01-01")),
        ];
        assert_eq!(
            order(&clinicians),
            ["consultant 2017-01-01", "team 2018-01-01", "care_coordinator 2019-01-01"]
        );
    }

    #[test]
    fn nobody_is_asked_twice() {
        let clinicians = [
            clinician(ClinicianKind::CareCoordinator, "2020-01-01", None),
            clinician(ClinicianKind::Consultant, "2020-01-01", None),
        ];
        let mut asked = vec!["CARE_COORDINATOR2020-01-01@nhs.example".to_owned()];
        let next = pick_next_clinician(&clinicians, &asked, day(TODAY)).unwrap();
        assert_eq!(next.kind, ClinicianKind::Consultant);
        asked.push(next.email_text().to_owned());
        assert_eq!(pick_next_clinician(&clinicians, &asked, day(TODAY)), None);
    }

    prop_compose! {
        pub(crate) fn any_clinician()(
            kind in proptest::sample::select(ClinicianKind::ALL),
            start in 0_i64..3000,
            end in prop::option::of(0_i64..3000),
            named in any::<bool>(),
            email in prop::option::of(proptest::sample::select(vec![
                "", " ", "jo.doe", "jo@nhs.example", "jo@evil.example", "kim@trust.nhs.example",
            ])),
        ) -> Clinician {
            let from = day("2020-01-01");
            let moved = |days| from + chrono::TimeDelta::days(days);
            Clinician {
                last_name: if named { "Doe".to_owned() } else { String::new() },
                email: email.map(str::to_owned),
                started_on: moved(start),
                ended_on: end.map(moved),
                ..clinician(kind, "2020-01-01", None)
            }
        }
    }

    proptest! {
        #[test]
        fn whoever_is_picked_can_be_written_to(all in prop::collection::vec(any_clinician(), 0..8)) {
            let best = pick_best_clinician(&all, day(TODAY));
            prop_assert_eq!(best.is_some(), all.iter().any(Clinician::is_contactable));
            if let Some(best) = best {
                prop_assert!(best.is_contactable());
                let some_current = all.iter().any(|one| one.is_contactable() && one.is_current(day(TODAY)));
                prop_assert_eq!(best.is_current(day(TODAY)), some_current);
            }
        }
    }
}
