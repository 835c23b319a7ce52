//! The patients: the named cases first, then a thousand ordinary ones.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use coffer_types::{Mrid, NhsNumber, Rid};
use sha2::{Digest as _, Sha256};

use crate::case::Case;
use crate::clinicians::{DemoClinician, clinicians};
use crate::consent::{DemoConsent, consent};
use crate::generator::Generator;
use crate::words::{FAMILY, FEMALE, MALE, STREETS, SURGERIES, TOWNS};

/// How many ordinary patients there are beside the named cases.
const ORDINARY: usize = 1000;

/// A fictional patient. Identities, and all that does not depend on the day, are always the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPatient {
    /// What is special about this one.
    pub case: Case,
    /// From the range for tests, which starts with 999.
    pub nhs_number: NhsNumber,
    /// The number in the clinical system.
    pub pid: String,
    /// The research id.
    pub rid: Rid,
    /// The research id that is the same in all databases.
    pub mrid: Mrid,
    /// The short research id.
    pub trid: i64,
    /// `Mrs`
    pub title: &'static str,
    /// Given name.
    pub first_name: &'static str,
    /// Family name.
    pub last_name: &'static str,
    /// `M`, `F`, `X` or `?`.
    pub sex: &'static str,
    /// None in one case.
    pub born_on: Option<NaiveDate>,
    /// For the dead.
    pub died_on: Option<NaiveDate>,
    /// Postal address, line by line.
    pub address: Vec<String>,
    /// From the range that is kept free for fiction.
    pub telephone: String,
    /// Some have one.
    pub email: Option<String>,
    /// The general practitioner.
    pub gp_name: String,
    /// The surgery.
    pub gp_address: Vec<String>,
    /// For the discharged.
    pub discharged_on: Option<NaiveDate>,
    /// Who looks after the patient.
    pub clinicians: Vec<DemoClinician>,
    /// What the patient said about research; none if nobody asked.
    pub consent: Option<DemoConsent>,
}

impl DemoPatient {
    /// `red`, `yellow`, `green` or `unknown`.
    pub fn mode(&self) -> &'static str {
        self.consent.as_ref().map_or("unknown", |consent| consent.mode.as_str())
    }

    /// Whether the research database may hold this patient.
    pub fn is_in_research(&self) -> bool {
        !self.consent.as_ref().is_some_and(|consent| consent.exclude_entirely)
    }
}

/// All patients, the named cases first.
pub fn patients(today: NaiveDate) -> Vec<DemoPatient> {
    endless(today).take(Case::NAMED.len() + ORDINARY).collect()
}

/// The patient of a named case (for `Ordinary` the first of many).
pub fn patient(case: Case, today: NaiveDate) -> Option<DemoPatient> {
    endless(today).take(Case::NAMED.len() + ORDINARY).find(|patient| patient.case == case)
}

/// All patients, and after them others whom no clinical system and no identity map knows.
pub(crate) fn endless(today: NaiveDate) -> impl Iterator<Item = DemoPatient> {
    let cases = Case::NAMED.into_iter().chain(std::iter::repeat(Case::Ordinary));
    (1..)
        .zip(cases)
        .zip(nhs_numbers())
        .filter_map(move |((number, case), nhs)| make(number, case, nhs, today))
}

/// Scattered over the range for tests, none twice.
fn nhs_numbers() -> impl Iterator<Item = NhsNumber> {
    (1..1_000_000).map(|step| 999_000_000 + step * 7919 % 1_000_000).filter_map(NhsNumber::from_stem)
}

/// None if a research id were malformed, which a test rules out.
fn make(number: u32, case: Case, nhs_number: NhsNumber, today: NaiveDate) -> Option<DemoPatient> {
    let mut generator = Generator::new(nhs_number.as_integer());
    let pid = (100_000 + number).to_string();
    let (title, first_name, sex) = person(&mut generator);
    let last_name = generator.word(&FAMILY);
    let (address, surgery) = (home(&mut generator), home(&mut generator));
    let email = format!("{first_name}.{}{number}@post.example", last_name.replace('\'', "")).to_lowercase();
    Some(DemoPatient {
        case,
        nhs_number,
        rid: research_id("rid", &pid).parse().ok()?,
        mrid: research_id("mrid", &nhs_number.to_string()).parse().ok()?,
        pid,
        trid: number.into(),
        title,
        first_name,
        last_name,
        sex,
        born_on: born_on(case, today, &mut generator),
        died_on: (case == Case::Dead).then(|| today - Days::new(60)),
        address,
        telephone: format!("01632 960{:03}", generator.below(1000)),
        email: generator.chance(60).then_some(email),
        gp_name: format!("Dr {} {}", generator.word(&MALE), generator.word(&FAMILY)),
        gp_address: std::iter::once(generator.word(&SURGERIES).to_owned()).chain(surgery).collect(),
        discharged_on: discharged_on(case, today, &mut generator),
        clinicians: clinicians(case, today, &mut generator),
        consent: consent(case, noon(today), &mut generator),
    })
}

fn person(generator: &mut Generator) -> (&'static str, &'static str, &'static str) {
    if generator.chance(52) {
        (generator.word(&["Mrs", "Miss", "Ms", "Ms"]), generator.word(&FEMALE), "F")
    } else {
        ("Mr", generator.word(&MALE), "M")
    }
}

fn home(generator: &mut Generator) -> Vec<String> {
    let house = 1 + generator.below(120);
    let street = generator.word(&STREETS);
    let (town, area) = generator.item(&TOWNS).copied().unwrap_or_default();
    let postcode =
        format!("{area} {}{}", 1 + generator.below(9), generator.word(&["AA", "BQ", "JX", "LN", "TU", "ZZ"]));
    vec![format!("{house} {street}"), town.to_owned(), "Mereshire".to_owned(), postcode]
}

fn born_on(case: Case, today: NaiveDate, generator: &mut Generator) -> Option<NaiveDate> {
    let adult = 18 + generator.below(65);
    let years = match case {
        Case::NoDob => return None,
        Case::Under16 => 12,
        _ => adult,
    };
    let months = Months::new(u32::try_from(years * 12).ok()?);
    Some(today - months - Days::new(generator.below(300)))
}

fn discharged_on(case: Case, today: NaiveDate, generator: &mut Generator) -> Option<NaiveDate> {
    let discharged = generator.chance(15);
    let days = generator.below(2000);
    match case {
        Case::DischargedRecent => Some(100),
        Case::DischargedLong => Some(1500),
        Case::Ordinary => discharged.then_some(days),
        _ => None,
    }
    .map(|days| today - Days::new(days))
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + chrono::Duration::hours(12)
}

/// Looks like the keyed hash that an anonymiser would make.
fn research_id(kind: &str, of: &str) -> String {
    hex::encode(Sha256::digest(format!("coffer demo {kind} of {of}")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 6, 1).unwrap()
    }

    #[test]
    fn nobody_stands_for_two() {
        let all = patients(today());
        assert_eq!(all.len(), Case::NAMED.len() + ORDINARY);
        let numbers: HashSet<_> = all.iter().map(|patient| patient.nhs_number).collect();
        let rids: HashSet<_> = all.iter().map(|patient| patient.rid.clone()).collect();
        assert_eq!((numbers.len(), rids.len()), (all.len(), all.len()));
        assert!(all.iter().all(|patient| patient.nhs_number.to_string().starts_with("999")));
    }

    #[test]
    fn identities_do_not_depend_on_the_day() {
        let later = patients(today() + Days::new(500));
        for (one, other) in patients(today()).iter().zip(&later) {
            assert_eq!(
                (one.nhs_number, &one.rid, one.last_name),
                (other.nhs_number, &other.rid, other.last_name)
            );
        }
    }

    #[test]
    fn each_named_case_differs_from_green_in_one_thing() {
        for case in Case::NAMED {
            let patient = patient(case, today()).unwrap();
            let consent = patient.consent.as_ref();
            let email_is_good = patient.clinicians.first().map(|clinician| clinician.email.contains('@'));
            assert_eq!(patient.born_on.is_none(), case == Case::NoDob, "{case:?}");
            assert_eq!(patient.died_on.is_some(), case == Case::Dead, "{case:?}");
            assert_eq!(consent.is_none(), case == Case::Unknown, "{case:?}");
            assert_eq!(consent.is_some_and(|consent| consent.exclude_entirely), case == Case::Excluded);
            assert_eq!(
                consent.is_some_and(|consent| consent.max_approaches_per_year == 1),
                case == Case::CapReached
            );
            assert_eq!(
                patient.discharged_on.is_some(),
                matches!(case, Case::DischargedRecent | Case::DischargedLong)
            );
            assert_eq!(
                email_is_good,
                match case {
                    Case::NoClinician => None,
                    Case::BadClinicianEmail => Some(false),
                    _ => Some(true),
                }
            );
        }
    }

    #[test]
    fn consent_of_the_long_discharged_is_older_than_discharge_or_does_not_outlast_it() {
        let patient = patient(Case::DischargedLong, today()).unwrap();
        assert!(patient.consent.is_some_and(|consent| !consent.consent_after_discharge));
    }
}
