//! Writes a note: fills sentences with what is known about the patient, and remembers where each number stands.

use chrono::NaiveDate;

use super::course::{Contact, Course, age};
use super::drugs::Dose;
use super::laboratory::LaboratoryResult;
use super::phrases;
use super::scores::Score;
use super::treatment::Change;
use crate::generator::Generator;
use crate::patients::DemoPatient;

/// A note's text, and the numbers in it.
#[derive(Default)]
pub(crate) struct Body {
    pub text: String,
    pub mentions: Vec<Mention>,
}

/// A number in a note, as language processing would find it.
pub(crate) struct Mention {
    pub processor: &'static str,
    pub variable: &'static str,
    pub value: String,
    pub unit: Option<&'static str>,
    /// The characters, from the first to the one after the last.
    pub place: std::ops::Range<usize>,
}

/// What sentences speak about.
pub(crate) struct Writer<'a> {
    pub patient: &'a DemoPatient,
    pub course: &'a Course,
    pub contact: &'a Contact,
    pub generator: Generator,
    score: Option<Score>,
    result: Option<&'a LaboratoryResult>,
    relation: &'static str,
    body: Body,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        patient: &'a DemoPatient,
        course: &'a Course,
        contact: &'a Contact,
        generator: Generator,
    ) -> Self {
        // The same one in all notes of a patient.
        let relation = Generator::new(patient.nhs_number.as_integer() ^ 0x0e1a).word(&RELATIONS);
        Self {
            patient,
            course,
            contact,
            generator,
            score: None,
            result: None,
            relation,
            body: Body::default(),
        }
    }

    pub(crate) fn finish(self) -> Body {
        self.body
    }

    /// So many sentences of a section.
    pub(crate) fn say(&mut self, section: &str, count: usize) {
        for template in phrases::choose(section, count, &mut self.generator) {
            self.sentence(template);
        }
    }

    /// One sentence about a score.
    pub(crate) fn say_score(&mut self, section: &str, score: Score) {
        self.score = Some(score);
        self.say(section, 1);
    }

    /// One sentence about a result.
    pub(crate) fn say_result(&mut self, section: &str, result: &'a LaboratoryResult) {
        self.result = Some(result);
        self.say(section, 1);
    }

    /// A paragraph that begins with a heading.
    pub(crate) fn heading(&mut self, heading: &str) {
        self.paragraph();
        self.body.text.push_str(heading);
        self.body.text.push('\n');
    }

    /// Ends the paragraph.
    pub(crate) fn paragraph(&mut self) {
        if !self.body.text.is_empty() {
            self.body.text.push('\n');
        }
    }

    /// A line of its own, with slots.
    pub(crate) fn line(&mut self, template: &str) {
        self.paragraph();
        self.expand(template);
    }

    /// A sentence or a fragment after what is there.
    pub(crate) fn sentence(&mut self, template: &str) {
        if !self.body.text.is_empty() && !self.body.text.ends_with('\n') {
            self.body.text.push(' ');
        }
        let start = self.body.text.len();
        self.expand(template);
        self.capitalise(start);
    }

    /// Begins with a capital, unless a name such as eGFR begins otherwise.
    fn capitalise(&mut self, start: usize) {
        let mut letters = self.body.text.get(start..).unwrap_or_default().chars();
        if let (Some(first), Some(second)) = (letters.next(), letters.next())
            && !second.is_ascii_uppercase()
        {
            self.body.text.replace_range(start..start + first.len_utf8(), &first.to_uppercase().to_string());
        }
    }

    fn expand(&mut self, template: &str) {
        let mut rest = template;
        while let Some(place) = rest.find(['{', '<']) {
            let (before, marked) = rest.split_at(place);
            self.body.text.push_str(before);
            let closing = if marked.starts_with('{') { '}' } else { '>' };
            let (mark, after) = marked.split_once(closing).unwrap_or((marked, ""));
            match (mark.strip_prefix('{'), mark.strip_prefix('<')) {
                (Some(slot), _) => self.fill(slot),
                (_, Some(choices)) => {
                    let count = choices.split('|').count() as u64;
                    let chosen = usize::try_from(self.generator.below(count)).unwrap_or_default();
                    self.expand(choices.split('|').nth(chosen).unwrap_or_default());
                }
                _ => {}
            }
            rest = after;
        }
        self.body.text.push_str(rest);
    }

    fn fill(&mut self, slot: &str) {
        match slot {
            "dose" => self.dose(self.contact.doses.first().copied()),
            "other" => self.dose(self.contact.doses.last().copied()),
            "from" => self.dose(match self.contact.change {
                Some(
                    Change::Raised { from, .. }
                    | Change::Lowered { from, .. }
                    | Change::Switched { from, .. },
                ) => Some(from),
                _ => None,
            }),
            "score" => self.score(),
            "lab" => self.laboratory(),
            "effect" => {
                let section = self.contact.doses.first().map_or("effects.other", |dose| dose.drug.effects);
                for template in phrases::choose(section, 1, &mut self.generator) {
                    self.expand(template);
                }
            }
            "concern" => {
                let section = format!("concern.{}", self.course.condition.name);
                for template in phrases::choose(&section, 1, &mut self.generator) {
                    self.expand(template);
                }
            }
            _ => {
                let text = self.text(slot);
                self.body.text.push_str(&text);
            }
        }
    }

    fn text(&mut self, slot: &str) -> String {
        let she = self.patient.sex == "F";
        let (course, contact) = (self.course, self.contact);
        let stay = contact.stay.and_then(|place| course.stays.get(place));
        let companion = course.companion.map_or("", |companion| companion.plain);
        match slot {
            "he" => if she { "she" } else { "he" }.to_owned(),
            "He" => if she { "She" } else { "He" }.to_owned(),
            "his" => if she { "her" } else { "his" }.to_owned(),
            "His" => if she { "Her" } else { "His" }.to_owned(),
            "him" => if she { "her" } else { "him" }.to_owned(),
            "himself" => if she { "herself" } else { "himself" }.to_owned(),
            "relation" => self.relation.to_owned(),
            "weeks" => (2 + self.generator.below(8)).to_string(),
            "age" => age(self.patient, contact.on).to_string(),
            "onset" => course.onset(self.patient).to_string(),
            "code" => course.diagnosis.code.to_owned(),
            "diagnosis" => uncapitalised(course.diagnosis.description),
            "Diagnosis" => course.diagnosis.description.to_owned(),
            "companion" | "Companion" => companion.to_owned(),
            "referred" => day(course.referred_on),
            "today" => day(contact.on),
            "frequency" => contact.doses.first().map_or("", |dose| dose.drug.frequency).to_owned(),
            "before" => {
                self.score.and_then(|score| score.before).map_or_else(String::new, |total| total.to_string())
            }
            "admitted" => stay.map_or_else(String::new, |stay| day(stay.admitted_on)),
            "stayday" => stay.map_or(1, |stay| (contact.on - stay.admitted_on).num_days() + 1).to_string(),
            "legal" => stay.map_or("informal", |stay| stay.legal_status).to_lowercase(),
            "destination" => stay.map_or("own home", |stay| stay.destination).to_lowercase(),
            unknown => {
                debug_assert!(false, "there is no slot {unknown}");
                String::new()
            }
        }
    }

    /// A dose, as `sertraline 100 mg`.
    fn dose(&mut self, dose: Option<Dose>) {
        let Some(dose) = dose else { return };
        let (drug, amount) = (dose.drug, dose.amount());
        self.mention("dose", drug.name, amount.to_owned(), Some(drug.unit), |name, value, unit| {
            format!("{name} {value} {unit}")
        });
    }

    /// A score, as `PHQ-9 14` or in other words.
    fn score(&mut self) {
        let Some(score) = self.score else { return };
        let between = self.generator.word(&[" ", " score ", " total ", ": "]);
        self.mention("score", score.instrument.name, score.total.to_string(), None, |name, value, _| {
            format!("{name}{between}{value}")
        });
    }

    /// A result, as `lithium 0.68 mmol/L`.
    fn laboratory(&mut self) {
        let Some(result) = self.result else { return };
        let test = result.test;
        self.mention("laboratory", test.name, result.value.clone(), Some(test.unit), |name, value, unit| {
            format!("{name} {value} {unit}")
        });
    }

    fn mention(
        &mut self,
        processor: &'static str,
        variable: &'static str,
        value: String,
        unit: Option<&'static str>,
        text: impl Fn(&str, &str, &str) -> String,
    ) {
        let start = self.body.text.len();
        self.body.text.push_str(&text(variable, &value, unit.unwrap_or_default()));
        let place = start..self.body.text.len();
        self.body.mentions.push(Mention { processor, variable, value, unit, place });
    }
}

const RELATIONS: [&str; 10] =
    ["partner", "mother", "sister", "brother", "father", "friend", "neighbour", "aunt", "cousin", "flatmate"];

fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
