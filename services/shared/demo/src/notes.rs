//! Clinical notes without names, put together from sentences of our own.

use chrono::{Days, NaiveDate};

use crate::generator::Generator;
use crate::patients::DemoPatient;

/// A de-identified note.
pub(crate) struct Note {
    pub written_on: NaiveDate,
    pub kind: &'static str,
    pub text: String,
}

const KINDS: [&str; 4] = ["Progress note", "Care plan review", "Telephone contact", "Out-patient letter"];

const OPENINGS: [&str; 6] = [
    "Seen at home with the care coordinator.",
    "Attended the clinic on time and on their own.",
    "Reviewed by telephone as the patient preferred not to travel.",
    "Seen together with a relative, at the patient's wish.",
    "Joint review with the primary care nurse.",
    "Seen on the ward before leave.",
];

const FINDINGS: [&str; 10] = [
    "Mood has been low for about six weeks, with early waking and little appetite.",
    "Sleep has improved to seven hours since the evening dose was brought forward.",
    "No voices in the past month; still wary of crowded places.",
    "Anxiety on leaving the house, with palpitations that settle within minutes.",
    "Memory for recent events is poorer than in the spring; orientation to time is partly lost.",
    "Lithium level 0.7 mmol/L, kidney and thyroid function within range.",
    "PHQ-9 score 14, down from 19 at the last review.",
    "Drinks about four units on most evenings and would like to cut down.",
    "Has returned to part-time work and finds the routine helpful.",
    "Weight has risen by three kilograms since olanzapine was started.",
];

const PLANS: [&str; 6] = [
    "Plan: continue sertraline 100 mg, review in four weeks.",
    "Plan: refer for cognitive behavioural therapy; safety plan agreed and copied to the general practitioner.",
    "Plan: repeat bloods in three months.",
    "Plan: discuss change to aripiprazole at the next visit.",
    "Plan: memory clinic follow-up in six months, carer's assessment offered.",
    "Plan: no change; the patient knows how to reach the crisis line.",
];

/// The notes of one patient, oldest first.
pub(crate) fn notes(patient: &DemoPatient, today: NaiveDate) -> Vec<Note> {
    let mut generator = Generator::new(patient.nhs_number.as_integer() ^ 0x0110_7e50);
    let count = 2 + generator.below(5);
    (0..count)
        .rev()
        .map(|place| Note {
            written_on: today - Days::new(20 + place * 75 + generator.below(60)),
            kind: generator.word(&KINDS),
            text: [
                generator.word(&OPENINGS),
                generator.word(&FINDINGS),
                generator.word(&FINDINGS),
                generator.word(&PLANS),
            ]
            .join(" "),
        })
        .collect()
}
