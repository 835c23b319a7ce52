//! The course of one patient's illness: contacts, treatment, measurements and stays, which agree with each other.

use chrono::{Days, NaiveDate};

use super::conditions::{COMPANIONS, Companion, Condition, Diagnosis};
use super::drugs::Dose;
use super::laboratory::{LaboratoryResult, Test};
use super::rhythm::{Place, Stop, stops};
use super::scores::Score;
use super::stays::{Stay, stays};
use super::treatment::{Change, Prescription, Treatment};
use crate::generator::Generator;
use crate::patients::DemoPatient;

/// What is known about a patient.
pub(crate) struct Course {
    pub condition: &'static Condition,
    pub diagnosis: Diagnosis,
    pub companion: Option<&'static Companion>,
    pub stays: Vec<Stay>,
    pub prescriptions: Vec<Prescription>,
    pub contacts: Vec<Contact>,
    /// Day of the first referral.
    pub referred_on: NaiveDate,
}

/// One contact, after which a note is written.
pub(crate) struct Contact {
    pub on: NaiveDate,
    pub stop: Stop,
    pub kind: Kind,
    /// The stay that it belongs to, by its place in the list of stays.
    pub stay: Option<usize>,
    /// Taken after this contact.
    pub doses: Vec<Dose>,
    pub change: Option<Change>,
    pub scores: Vec<Score>,
    pub results: Vec<LaboratoryResult>,
}

/// The kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    ProgressNote,
    TelephoneContact,
    WardRound,
    CoreAssessment,
    RiskAssessment,
    CarePlan,
    DischargeSummary,
    ClinicLetter,
}

impl Kind {
    /// The name in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ProgressNote => "Progress note",
            Self::TelephoneContact => "Telephone contact",
            Self::WardRound => "Ward round",
            Self::CoreAssessment => "Core assessment",
            Self::RiskAssessment => "Risk assessment",
            Self::CarePlan => "Care plan",
            Self::DischargeSummary => "Discharge summary",
            Self::ClinicLetter => "Clinic letter",
        }
    }
}

/// The course of a patient with so many contacts.
pub(crate) fn course(patient: &DemoPatient, count: u64, today: NaiveDate) -> Course {
    let mut generator = Generator::new(patient.nhs_number.as_integer() ^ 0xc0a5_e000);
    let age = age(patient, today);
    let condition = Condition::of(age, &mut generator);
    let diagnosis = generator.item(condition.diagnoses).copied();
    let companion = if generator.chance(40) { generator.item(&COMPANIONS) } else { None };
    let longest = u64::try_from((age - 14).clamp(2, 12)).unwrap_or(2) * 365;
    let stops = stops(count, longest, &mut generator);
    let last = stops.last().map_or(0, |stop| stop.day);
    let end = patient.died_on.or(patient.discharged_on).unwrap_or(today) - Days::new(1 + generator.below(20));
    let start = end - Days::new(last);
    let stays = stays(&stops, start, end, patient, &mut generator);
    let referred_on = start - Days::new(8 + generator.below(45));
    let treatment = Treatment::new(condition, companion, patient.nhs_number.as_integer(), referred_on);
    let mut course = Course {
        condition,
        diagnosis: diagnosis.unwrap_or(Diagnosis { code: "F99", description: "Mental disorder" }),
        companion,
        stays,
        prescriptions: Vec::new(),
        contacts: Vec::new(),
        referred_on,
    };
    course.follow(patient, &stops, start, treatment, generator);
    course
}

impl Course {
    /// The age at the onset of the illness, some years before the first contact.
    pub(crate) fn onset(&self, patient: &DemoPatient) -> i32 {
        let first = age(patient, self.referred_on);
        let years = i32::try_from(patient.nhs_number.as_integer() % 12).unwrap_or_default();
        if first > 30 { first - 3 - years } else { first - years / 6 }
    }

    fn follow(
        &mut self,
        patient: &DemoPatient,
        stops: &[Stop],
        start: NaiveDate,
        mut treatment: Treatment,
        mut generator: Generator,
    ) {
        let mut watch = Watch::default();
        let mut stay = 0;
        for (place, stop) in stops.iter().enumerate() {
            let on = start + Days::new(stop.day);
            let kind =
                self.kind(*stop, place + 1 == stops.len() && patient.discharged_on.is_some(), &mut watch);
            let kind = kind.unwrap_or_else(|| ordinary(stop.place, &mut generator));
            let change = treatment.decide(on, stop, &mut generator);
            let inside = stop.place != Place::Community;
            self.contacts.push(Contact {
                on,
                stop: *stop,
                kind,
                stay: inside.then_some(stay),
                doses: treatment.doses(),
                change,
                scores: self.scores(kind, on, stop.severity, &mut generator),
                results: watch.results(self.condition, &treatment, (patient, on, stop.day), &mut generator),
            });
            stay += usize::from(stop.place == Place::Discharge);
        }
        self.prescriptions = treatment.end(patient.died_on);
    }

    /// The kind where it follows from the course; none where it is one of the ordinary contacts.
    fn kind(&self, stop: Stop, is_farewell: bool, watch: &mut Watch) -> Option<Kind> {
        let review = stop.day >= watch.care_plan.map_or(30, |last| last + 180);
        if self.contacts.is_empty() {
            return Some(Kind::CoreAssessment);
        }
        match stop.place {
            Place::Admission => Some(Kind::RiskAssessment),
            Place::Discharge => Some(Kind::DischargeSummary),
            Place::Community if is_farewell => Some(Kind::ClinicLetter),
            Place::Community if stop.severity >= stop.before + 18 => Some(Kind::RiskAssessment),
            Place::Community if review => {
                watch.care_plan = Some(stop.day);
                Some(Kind::CarePlan)
            }
            Place::Ward | Place::Community => None,
        }
    }

    fn scores(&self, kind: Kind, on: NaiveDate, severity: u64, generator: &mut Generator) -> Vec<Score> {
        let wanted = match kind {
            Kind::CoreAssessment => 2,
            Kind::CarePlan | Kind::DischargeSummary | Kind::ClinicLetter => 1,
            _ => u64::from(generator.chance(14)),
        };
        let first = generator.below(self.condition.instruments.len() as u64);
        let chosen = self.condition.instruments.iter().cycle().skip(usize::try_from(first).unwrap_or(0));
        let chosen = chosen.take(usize::try_from(wanted).unwrap_or(0));
        chosen
            .map(|instrument| Score {
                instrument,
                scored_on: on,
                total: instrument.total(severity, generator),
                before: self.before(instrument.name),
            })
            .collect()
    }

    fn before(&self, instrument: &str) -> Option<u64> {
        let scores = self.contacts.iter().rev().flat_map(|contact| &contact.scores);
        scores.into_iter().find(|score| score.instrument.name == instrument).map(|score| score.total)
    }
}

/// What is due now and then.
#[derive(Default)]
struct Watch {
    /// Days until the last care plan.
    care_plan: Option<u64>,
    /// Days until the last blood tests.
    blood: Option<u64>,
}

impl Watch {
    fn results(
        &mut self,
        condition: &Condition,
        treatment: &Treatment,
        (patient, on, day): (&DemoPatient, NaiveDate, u64),
        generator: &mut Generator,
    ) -> Vec<LaboratoryResult> {
        if self.blood.is_some_and(|last| day < last + 60) || generator.chance(20) {
            return Vec::new();
        }
        self.blood = Some(day);
        let doses = treatment.doses();
        let mut tests: Vec<&'static Test> = Vec::new();
        for test in doses.iter().flat_map(|dose| dose.drug.monitoring).chain(condition.tests) {
            if !tests.iter().any(|known| known.name == test.name) {
                tests.push(test);
            }
        }
        let own = patient.nhs_number.as_integer();
        let tests = tests.into_iter().take(6);
        tests.map(|test| test.measure(own, on, generator)).collect()
    }
}

fn ordinary(place: Place, generator: &mut Generator) -> Kind {
    match (place, generator.below(100)) {
        (Place::Community, 0..28) => Kind::TelephoneContact,
        (Place::Community, 28..39) => Kind::ClinicLetter,
        (Place::Community, _) | (_, 0..60) => Kind::ProgressNote,
        _ => Kind::WardRound,
    }
}

/// The age on a day; 40 for somebody whose date of birth is not known.
pub(crate) fn age(patient: &DemoPatient, on: NaiveDate) -> i32 {
    let years = patient.born_on.and_then(|born| on.years_since(born));
    years.and_then(|years| i32::try_from(years).ok()).unwrap_or(40)
}
