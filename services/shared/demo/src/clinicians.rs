//! The clinicians who know the patients.

use chrono::{Days, NaiveDate};

use crate::case::Case;
use crate::generator::Generator;
use crate::users::user;

/// One clinician's work with one patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoClinician {
    /// `care_coordinator`, `consultant`, `professional` or `team`.
    pub kind: &'static str,
    /// `Dr`
    pub title: &'static str,
    /// Given name.
    pub first_name: &'static str,
    /// Family name.
    pub last_name: &'static str,
    /// The address; deliberately wrong in one case.
    pub email: String,
    /// What stands below a signature.
    pub signatory_title: &'static str,
    /// Since when.
    pub started_on: NaiveDate,
    /// Where the team sits.
    pub address: Vec<String>,
}

const PEOPLE: [[&str; 5]; 9] = [
    ["care_coordinator", "Mr", "Callum", "Whitmore", "Community psychiatric nurse"],
    ["care_coordinator", "Ms", "Bronwen", "Pugh", "Care coordinator"],
    ["care_coordinator", "Mrs", "Nkechi", "Adeyemi", "Social worker"],
    ["care_coordinator", "Mr", "Tomasz", "Zielinski", "Occupational therapist"],
    ["consultant", "Dr", "Rosalind", "Thackeray", "Consultant psychiatrist"],
    ["consultant", "Dr", "Imran", "Siddiqui", "Consultant psychiatrist"],
    ["consultant", "Dr", "Fiona", "Kilbride", "Consultant in old age psychiatry"],
    ["professional", "Dr", "Leon", "Castellane", "Clinical psychologist"],
    ["professional", "Miss", "Hazel", "Bickerstaff", "Psychological therapist"],
];

const TEAMS: [&str; 4] = [
    "Fenside Community Team",
    "Northbridge Early Intervention",
    "Millbrook Older People's Team",
    "Harbour House",
];

/// Who looks after a patient of this case: none, one, or a care coordinator and a consultant.
pub(crate) fn clinicians(case: Case, today: NaiveDate, generator: &mut Generator) -> Vec<DemoClinician> {
    let team = generator.word(&TEAMS);
    let started_on = today - Days::new(60 + generator.below(1500));
    let chosen = generator.item(&PEOPLE).copied();
    let second = generator.chance(25);
    match case {
        Case::NoClinician => Vec::new(),
        // The account that can sign in, so that one case can be followed from both sides.
        Case::Yellow => account(team, started_on).into_iter().collect(),
        Case::BadClinicianEmail => chosen
            .map(|person| clinician(person, team, started_on))
            .map(|wrong| DemoClinician { email: wrong.email.replace('@', " at "), ..wrong })
            .into_iter()
            .collect(),
        _ => {
            let consultant = PEOPLE.iter().find(|[kind, ..]| second && *kind == "consultant").copied();
            let people = chosen.into_iter().chain(consultant.filter(|other| Some(*other) != chosen));
            people.map(|person| clinician(person, team, started_on)).collect()
        }
    }
}

fn clinician(
    [kind, title, first_name, last_name, signatory_title]: [&'static str; 5],
    team: &str,
    started_on: NaiveDate,
) -> DemoClinician {
    DemoClinician {
        kind,
        title,
        first_name,
        last_name,
        email: format!("{first_name}.{last_name}@nhs.example").to_lowercase(),
        signatory_title,
        started_on,
        address: address(team),
    }
}

fn account(team: &str, started_on: NaiveDate) -> Option<DemoClinician> {
    let user = user("clinician")?;
    Some(DemoClinician {
        kind: "consultant",
        title: user.title,
        first_name: user.first_name,
        last_name: user.last_name,
        email: user.email.to_owned(),
        signatory_title: "Consultant psychiatrist",
        started_on,
        address: address(team),
    })
}

fn address(team: &str) -> Vec<String> {
    [team, "Larkfield Hospital", "Mill Road", "Eastmere", "EM1 4QZ"].map(str::to_owned).to_vec()
}
