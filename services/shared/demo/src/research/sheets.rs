//! The rows of all tables of the research database, patient by patient.

use chrono::{Datelike as _, NaiveTime};

use super::course::{Contact, Course};
use super::notes::{author, note};
use super::rows::{Cell, Form, Rows};
use super::writer::Body;
use crate::generator::Generator;
use crate::patients::DemoPatient;

const ETHNICITIES: [Option<&str>; 9] = [
    Some("White British"),
    Some("White British"),
    Some("White British"),
    Some("Any other White background"),
    Some("Indian"),
    Some("Pakistani"),
    Some("African"),
    Some("Caribbean"),
    None,
];

/// The sheets, each with the number of its last row.
pub(crate) struct Sheets {
    patient: Rows,
    referral: Sheet,
    diagnosis: Sheet,
    admission: Sheet,
    medication: Sheet,
    laboratory_result: Sheet,
    score: Sheet,
    note: Sheet,
    nlp_result: Sheet,
}

struct Sheet {
    rows: Rows,
    last: i64,
}

impl Sheet {
    const fn new(table: &'static str, form: Form) -> Self {
        Self { rows: Rows::new(table, form), last: 0 }
    }

    /// Adds a row that begins with its number and the patient; gives the number.
    fn push<const COUNT: usize>(&mut self, patient: &DemoPatient, cells: [Cell<'_>; COUNT]) -> i64 {
        self.last += 1;
        let start = [self.last.into(), patient.rid.as_str().into(), patient.trid.into()];
        let row: Vec<_> = start.into_iter().chain(cells).collect();
        self.rows.push(&row);
        self.last
    }
}

impl Sheets {
    pub(crate) const fn new(form: Form) -> Self {
        Self {
            patient: Rows::new("patient", form),
            referral: Sheet::new("referral", form),
            diagnosis: Sheet::new("diagnosis", form),
            admission: Sheet::new("admission", form),
            medication: Sheet::new("medication", form),
            laboratory_result: Sheet::new("laboratory_result", form),
            score: Sheet::new("score", form),
            note: Sheet::new("note", form),
            nlp_result: Sheet::new("nlp_result", form),
        }
    }

    /// The statements with all rows since the last time.
    pub(crate) fn take(&mut self) -> String {
        let sheets = [
            &mut self.referral,
            &mut self.diagnosis,
            &mut self.admission,
            &mut self.medication,
            &mut self.laboratory_result,
            &mut self.score,
            &mut self.note,
            &mut self.nlp_result,
        ];
        std::iter::once(self.patient.take()).chain(sheets.map(|sheet| sheet.rows.take())).collect()
    }

    /// Adds what is known about a patient.
    pub(crate) fn add(&mut self, patient: &DemoPatient, course: &Course) {
        self.add_patient(patient, course);
        self.add_history(patient, course);
        for contact in &course.contacts {
            self.add_measurements(patient, contact);
            self.add_note(patient, course, contact);
        }
    }

    fn add_patient(&mut self, patient: &DemoPatient, course: &Course) {
        let mut generator = Generator::new(patient.nhs_number.as_integer() ^ 0x00de_c11e);
        let first = course.contacts.first().map_or(course.referred_on, |contact| contact.on);
        self.patient.push(&[
            patient.rid.as_str().into(),
            patient.mrid.as_str().into(),
            patient.trid.into(),
            patient.sex.into(),
            patient.born_on.map(|born| i64::from(born.year())).into(),
            patient.died_on.is_some().into(),
            patient.discharged_on.is_some().into(),
            generator.item(&ETHNICITIES).copied().flatten().into(),
            generator.chance(95).then(|| i64::try_from(1 + generator.below(10)).unwrap_or(1)).into(),
            first.into(),
        ]);
    }

    fn add_history(&mut self, patient: &DemoPatient, course: &Course) {
        let mut generator = Generator::new(patient.nhs_number.as_integer() ^ 0x0000_4e4e);
        let source = generator.word(&[
            "General practitioner",
            "General practitioner",
            "Emergency department",
            "Self",
            "Social services",
        ]);
        let urgency = generator.word(&["Routine", "Routine", "Urgent", "Emergency"]);
        self.referral.push(
            patient,
            [
                course.referred_on.into(),
                source.into(),
                course.condition.team.into(),
                urgency.into(),
                course.diagnosis.description.into(),
                patient.discharged_on.or(patient.died_on).into(),
            ],
        );
        let first = course.contacts.first().map_or(course.referred_on, |contact| contact.on);
        let diagnoses = [(course.diagnosis, first, true)];
        let companion = course.companion.map(|companion| (companion.diagnosis, course.referred_on, false));
        for (diagnosis, on, is_primary) in diagnoses.into_iter().chain(companion) {
            let cells = [on.into(), diagnosis.code.into(), diagnosis.description.into(), is_primary.into()];
            self.diagnosis.push(patient, cells);
        }
        for stay in &course.stays {
            let destination = stay.discharged_on.map(|_| stay.destination);
            self.admission.push(
                patient,
                [
                    stay.admitted_on.into(),
                    stay.discharged_on.into(),
                    stay.ward.into(),
                    stay.legal_status.into(),
                    destination.into(),
                ],
            );
        }
        for prescription in &course.prescriptions {
            let drug = prescription.dose.drug;
            self.medication.push(
                patient,
                [
                    drug.name.into(),
                    prescription.dose.amount().into(),
                    drug.unit.into(),
                    drug.route.into(),
                    drug.frequency.into(),
                    prescription.started_on.into(),
                    prescription.ended_on.into(),
                ],
            );
        }
    }

    fn add_measurements(&mut self, patient: &DemoPatient, contact: &Contact) {
        for score in &contact.scores {
            let [total, maximum] = [score.total, score.instrument.maximum]
                .map(|number| i64::try_from(number).unwrap_or_default());
            let cells = [score.scored_on.into(), score.instrument.name.into(), total.into(), maximum.into()];
            self.score.push(patient, cells);
        }
        for result in &contact.results {
            let [low, high] = result.test.range();
            self.laboratory_result.push(
                patient,
                [
                    result.taken_on.into(),
                    result.test.name.into(),
                    (&result.value).into(),
                    result.test.unit.into(),
                    low.as_ref().into(),
                    high.as_ref().into(),
                    result.flag.into(),
                ],
            );
        }
    }

    fn add_note(&mut self, patient: &DemoPatient, course: &Course, contact: &Contact) {
        let body = note(patient, course, contact);
        let seed = patient.nhs_number.as_integer();
        let (author, team) = author(course, contact, seed);
        let evening = contact.on.and_time(NaiveTime::MIN)
            + chrono::Duration::minutes(540 + (seed ^ contact.stop.day).cast_signed() % 500);
        let note_id = self.note.push(
            patient,
            [
                contact.on.into(),
                contact.kind.as_str().into(),
                author.into(),
                team.into(),
                (&body.text).into(),
                evening.and_utc().into(),
            ],
        );
        self.add_mentions(patient, note_id, contact, &body);
    }

    fn add_mentions(&mut self, patient: &DemoPatient, note_id: i64, contact: &Contact, body: &Body) {
        for mention in &body.mentions {
            // The sentences are ASCII, so that bytes are characters.
            let [start, end] =
                [mention.place.start, mention.place.end].map(|place| i64::try_from(place).unwrap_or(-1));
            let matched = body.text.get(mention.place.clone()).unwrap_or_default();
            self.nlp_result.push(
                patient,
                [
                    mention.processor.into(),
                    mention.variable.into(),
                    (&mention.value).into(),
                    mention.unit.into(),
                    matched.into(),
                    "demo".into(),
                    "note".into(),
                    "note_id".into(),
                    note_id.into(),
                    "body".into(),
                    "written_on".into(),
                    contact.on.into(),
                    start.into(),
                    end.into(),
                ],
            );
        }
    }
}
