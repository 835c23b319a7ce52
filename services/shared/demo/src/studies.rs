//! The demo's studies: what each may do, and who works on it.

use chrono::{Days, NaiveDate};
use coffer_types::StudyId;
use uuid::Uuid;

use crate::users::{DemoUser, user};

/// A study as the consent service registers it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "six independent properties, as the consent service registers them"
)]
pub struct DemoStudy {
    /// Always the same.
    pub id: StudyId,
    /// The institution's own number.
    pub number: u32,
    /// The title.
    pub title: &'static str,
    /// What it is about, in plain sentences.
    pub summary: &'static str,
    /// The lead researcher.
    pub lead: DemoUser,
    /// Further researchers.
    pub researchers: Vec<DemoUser>,
    /// GREEN patients may be approached directly.
    pub direct_approach: bool,
    /// Takes patients under 16.
    pub include_under16: bool,
    /// Takes patients who lack capacity.
    pub include_lack_capacity: bool,
    /// Takes discharged patients.
    pub include_discharged: bool,
    /// A clinical trial of a medicine.
    pub clinical_trial: bool,
    /// Clinicians have an extra form to fill in.
    pub extra_form: bool,
    /// The ethics committee's reference.
    pub rec_reference: &'static str,
    /// The day of local approval.
    pub approved_locally_on: NaiveDate,
    /// Last day of recruitment; past for the closed study.
    pub ends_on: NaiveDate,
}

/// What distinguishes a study; the rest follows.
struct Outline {
    number: u32,
    title: &'static str,
    summary: &'static str,
    lead: &'static str,
    researchers: &'static [&'static str],
    marks: &'static [Mark],
    rec_reference: &'static str,
}

#[derive(PartialEq)]
enum Mark {
    DirectApproach,
    Under16,
    LackCapacity,
    Discharged,
    ClinicalTrial,
    ExtraForm,
    Closed,
}

const OUTLINES: [Outline; 5] = [
    Outline {
        number: 101,
        title: "Sleep and mood after a depressive episode",
        summary: "We ask adults who have had depression how they sleep, and follow them for a year by questionnaire.",
        lead: "researcher",
        researchers: &[],
        marks: &[Mark::DirectApproach, Mark::LackCapacity, Mark::Discharged],
        rec_reference: "24/EE/0101",
    },
    Outline {
        number: 102,
        title: "Families and early psychosis",
        summary: "We interview young people with a first episode of psychosis, and those close to them, about what helped.",
        lead: "researcher",
        researchers: &["researcher2"],
        marks: &[Mark::Under16],
        rec_reference: "24/EE/0102",
    },
    Outline {
        number: 103,
        title: "Lithium and kidney health",
        summary: "We compare kidney function over ten years between people who take lithium and people who do not.",
        lead: "researcher2",
        researchers: &[],
        marks: &[Mark::DirectApproach, Mark::ExtraForm],
        rec_reference: "23/EE/0103",
    },
    Outline {
        number: 104,
        title: "Memory clinic trial of light therapy",
        summary: "A trial of bright light in the morning for people with mild memory problems and their carers.",
        lead: "researcher2",
        researchers: &[],
        marks: &[Mark::DirectApproach, Mark::LackCapacity, Mark::Discharged, Mark::ClinicalTrial],
        rec_reference: "24/EE/0104",
    },
    Outline {
        number: 105,
        title: "Crisis care in the winter of 2022",
        summary: "Recruitment has ended; people told us how they found crisis care.",
        lead: "researcher",
        researchers: &[],
        marks: &[Mark::DirectApproach, Mark::Closed],
        rec_reference: "22/EE/0105",
    },
];

/// All studies. The first is the one that the demo's direct approaches are made for.
pub fn studies(today: NaiveDate) -> Vec<DemoStudy> {
    OUTLINES.iter().filter_map(|outline| outline.study(today)).collect()
}

impl Outline {
    /// None if the lead were no demo user, which a test rules out.
    fn study(&self, today: NaiveDate) -> Option<DemoStudy> {
        let has = |mark: Mark| self.marks.contains(&mark);
        let ends_on = if has(Mark::Closed) { today - Days::new(30) } else { today + Days::new(730) };
        Some(DemoStudy {
            id: StudyId::from_uuid(Uuid::from_u128(
                0xc0ff_e200_0000_7000_8000_0000_0002_0000 + u128::from(self.number),
            )),
            number: self.number,
            title: self.title,
            summary: self.summary,
            lead: user(self.lead)?,
            researchers: self.researchers.iter().filter_map(|name| user(name)).collect(),
            direct_approach: has(Mark::DirectApproach),
            include_under16: has(Mark::Under16),
            include_lack_capacity: has(Mark::LackCapacity),
            include_discharged: has(Mark::Discharged),
            clinical_trial: has(Mark::ClinicalTrial),
            extra_form: has(Mark::ExtraForm),
            rec_reference: self.rec_reference,
            approved_locally_on: today - Days::new(400),
            ends_on,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_researcher_has_both_ways_and_a_closed_study() {
        let today = NaiveDate::from_ymd_opt(2025, 6, 1).unwrap();
        let all = studies(today);
        assert_eq!(all.len(), OUTLINES.len());
        let own: Vec<_> = all.iter().filter(|study| study.lead.username == "researcher").collect();
        let [first, second, closed] = own.as_slice() else { panic!("three studies") };
        assert!(first.direct_approach && first.include_discharged && !first.include_under16);
        assert!(!second.direct_approach && !second.include_discharged);
        assert!(closed.ends_on < today);
    }
}
