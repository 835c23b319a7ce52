//! A study, and whether it may ask for contact now.

use chrono::NaiveDate;
use coffer_types::StudyId;

use super::patient::full_name;

/// A study as rules and letters know it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an approval or a limit of its own, given on a form"
)]
pub struct Study {
    /// Its id.
    pub id: StudyId,
    /// The institution's own number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Title of the lead researcher.
    pub lead_title: String,
    /// First name of the lead researcher.
    pub lead_first_name: String,
    /// Last name of the lead researcher.
    pub lead_last_name: String,
    /// Address of the lead researcher, as given.
    pub lead_email: String,
    /// It may contact patients at all.
    pub patient_contact: bool,
    /// Approved for approaching GREEN patients directly.
    pub direct_approach: bool,
    /// Takes patients under 16.
    pub include_under16: bool,
    /// Takes patients who lack capacity.
    pub include_lack_capacity: bool,
    /// Takes discharged patients.
    pub include_discharged: bool,
    /// A clinical trial of a medicine.
    pub clinical_trial: bool,
    /// Approved by a research ethics committee.
    pub approved_by_rec: bool,
    /// Its reference there.
    pub rec_reference: String,
    /// Approved by the hospital.
    pub approved_locally: bool,
    /// Last day of recruitment.
    pub ends_on: Option<NaiveDate>,
    /// The PDF with its details is there.
    pub has_details: bool,
    /// A clinician has to fill in an extra form.
    pub extra_form: bool,
}

impl Study {
    /// Title, first and last name of the lead researcher.
    pub fn lead_researcher(&self) -> String {
        full_name(&self.lead_title, &self.lead_first_name, &self.lead_last_name)
    }

    /// Why the study may not ask for contact on `day` (rule R18); none when it may.
    pub fn closed_reason(&self, day: NaiveDate) -> Option<String> {
        let ended = self.ends_on.filter(|last| day > *last);
        if let Some(last) = ended {
            return Some(format!("The study ended on {last}."));
        }
        let leader = [&self.lead_title, &self.lead_first_name, &self.lead_last_name];
        let needed = [
            (self.patient_contact, "The study does not contact patients."),
            (self.approved_by_rec, "The study is not approved by a research ethics committee."),
            (self.approved_locally, "The study is not approved locally."),
            (self.has_details, "The study has no details document for participants."),
            (
                leader.iter().all(|part| !part.trim().is_empty()),
                "The lead researcher's title, first name or last name is missing.",
            ),
        ];
        needed.iter().find(|(given, _)| !given).map(|(_, reason)| (*reason).to_owned())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use rstest::rstest;

    use super::super::patient::tests::day;
    use super::*;

    /// An open study for everybody, with direct approach.
    pub(crate) fn study() -> Study {
        Study {
            id: StudyId::new(),
            number: 101,
            title: "Sleep and mood".to_owned(),
            summary: String::new(),
            lead_title: "Dr".to_owned(),
            lead_first_name: "Lee".to_owned(),
            lead_last_name: "Young".to_owned(),
            lead_email: "lee.young@uni.example".to_owned(),
            patient_contact: true,
            direct_approach: true,
            include_under16: true,
            include_lack_capacity: true,
            include_discharged: true,
            clinical_trial: false,
            approved_by_rec: true,
            rec_reference: "26/XX/0001".to_owned(),
            approved_locally: true,
            ends_on: None,
            has_details: true,
            extra_form: false,
        }
    }

    #[rstest]
    #[case::open(|_: &mut Study| {}, None)]
    #[case::contact(|s: &mut Study| s.patient_contact = false, Some("contact"))]
    #[case::rec(|s: &mut Study| s.approved_by_rec = false, Some("ethics"))]
    #[case::local(|s: &mut Study| s.approved_locally = false, Some("locally"))]
    #[case::details(|s: &mut Study| s.has_details = false, Some("details"))]
    #[case::title(|s: &mut Study| s.lead_title = " ".to_owned(), Some("lead"))]
    #[case::first_name(|s: &mut Study| s.lead_first_name.clear(), Some("lead"))]
    #[case::last_name(|s: &mut Study| s.lead_last_name.clear(), Some("lead"))]
    #[case::last_day(|s: &mut Study| s.ends_on = Some(day("2026-11-24")), None)]
    #[case::ended(|s: &mut Study| s.ends_on = Some(day("2026-11-23")), Some("2026-11-23"))]
    fn each_need_of_rule_r18(#[case] change: fn(&mut Study), #[case] reason: Option<&str>) {
        let mut study = study();
        change(&mut study);
        let closed = study.closed_reason(day("2026-11-24"));
        assert_eq!(closed.is_some(), reason.is_some(), "{closed:?}");
        assert!(closed.unwrap_or_default().contains(reason.unwrap_or_default()));
    }
}
