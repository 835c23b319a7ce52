//! The notes, kind by kind.

use super::conditions::Condition;
use super::course::{Contact, Course, Kind, age};
use super::rhythm::Place;
use super::treatment::Change;
use super::writer::{Body, Writer};
use crate::generator::Generator;
use crate::patients::DemoPatient;

/// The note about a contact.
pub(crate) fn note(patient: &DemoPatient, course: &Course, contact: &Contact) -> Body {
    let seed = patient.nhs_number.as_integer() ^ (contact.stop.day << 20) ^ 0x0110_7e50;
    let mut writer = Writer::new(patient, course, contact, Generator::new(seed));
    match contact.kind {
        Kind::ProgressNote | Kind::WardRound => progress(&mut writer),
        Kind::TelephoneContact => telephone(&mut writer),
        Kind::CoreAssessment => assessment(&mut writer),
        Kind::RiskAssessment => risk(&mut writer),
        Kind::CarePlan => care_plan(&mut writer),
        Kind::DischargeSummary => summary(&mut writer),
        Kind::ClinicLetter => letter(&mut writer),
    }
    writer.finish()
}

/// Who wrote the note, as profession and team.
pub(crate) fn author(course: &Course, contact: &Contact, seed: u64) -> (&'static str, &'static str) {
    let mut generator = Generator::new(seed ^ contact.stop.day);
    let stay = contact.stay.and_then(|place| course.stays.get(place));
    let team = stay.map_or(course.condition.team, |stay| stay.ward);
    let professions: &[_] = match contact.kind {
        Kind::ClinicLetter | Kind::CoreAssessment => &["Consultant psychiatrist", "Specialty doctor"],
        Kind::WardRound | Kind::DischargeSummary => &["Ward doctor", "Consultant psychiatrist"],
        _ if stay.is_some() => &["Ward nurse", "Ward nurse", "Occupational therapist", "Ward doctor"],
        _ => &["Community nurse", "Care coordinator", "Social worker", "Psychologist", "Support worker"],
    };
    (generator.word(professions), team)
}

fn progress(writer: &mut Writer<'_>) {
    let inside = writer.contact.stop.place != Place::Community;
    writer.say(if inside { "opening.ward" } else { "opening.community" }, 1);
    state(writer, 1);
    trend(writer);
    if writer.generator.chance(50) {
        writer.say("life", 1);
    }
    examination(writer);
    treatment(writer);
    findings(writer, 2);
    writer.paragraph();
    writer.sentence("Plan:");
    plan(writer);
}

fn telephone(writer: &mut Writer<'_>) {
    writer.say("telephone", 1);
    writer.say("telephone.content", 1);
    state(writer, 1);
    if writer.contact.change.is_some() {
        treatment(writer);
    }
    findings(writer, 1);
    writer.say("telephone.end", 1);
}

fn assessment(writer: &mut Writer<'_>) {
    let condition = writer.course.condition.name;
    writer.line("CORE ASSESSMENT, {today}");
    section(writer, "Reason for referral", "core.reason");
    section(writer, "Present illness", &format!("{condition}.severe"));
    state(writer, 2);
    section(writer, "Psychiatric history", &format!("{condition}.history"));
    section(writer, "Family", "core.family");
    section(writer, "Person and work", "core.person");
    writer.say(work(writer), 1);
    section(writer, "Physical health", "core.physical");
    companion(writer);
    section(writer, "Alcohol, tobacco, drugs", "core.substances");
    section(writer, "Forensic history", "core.forensic");
    writer.heading("Mental state");
    writer.say(&level("mental", writer.contact), 2);
    section(writer, "Risk", &level("risk", writer.contact));
    measurements(writer);
    section(writer, "Formulation", "core.formulation");
    section(writer, "Wishes", "core.wish");
    writer.heading("Plan");
    treatment(writer);
    plan(writer);
}

fn risk(writer: &mut Writer<'_>) {
    writer.line("RISK ASSESSMENT, {today}");
    writer.heading("Occasion");
    state(writer, 2);
    trend(writer);
    section(writer, "Risk to self", "riskpaper.self");
    writer.say(&level("risk", writer.contact), 1);
    section(writer, "Risk to others", "riskpaper.others");
    section(writer, "Self-neglect and vulnerability", "riskpaper.neglect");
    section(writer, "Early signs and triggers", "riskpaper.signs");
    section(writer, "What was agreed", "riskpaper.plan");
    treatment(writer);
    measurements(writer);
}

fn care_plan(writer: &mut Writer<'_>) {
    writer.line("CARE PLAN, review of {today}");
    writer.heading("Diagnosis");
    writer.sentence("{Diagnosis} ({code}).");
    companion(writer);
    writer.heading("How things are");
    state(writer, 2);
    trend(writer);
    measurements(writer);
    section(writer, "Goals", "careplan.goal");
    writer.say("careplan.goal", 1);
    section(writer, "Steps", "careplan.step");
    writer.say(&format!("{}.plan", writer.course.condition.name), 2);
    treatment(writer);
    section(writer, "View of the patient", "careplan.view");
}

fn summary(writer: &mut Writer<'_>) {
    writer.line("DISCHARGE SUMMARY, {today}");
    section(writer, "Reason for admission", "summary.reason");
    writer.heading("Diagnosis");
    writer.sentence("{Diagnosis} ({code}).");
    section(writer, "Course on the ward", "summary.course");
    writer.say("summary.course", 1);
    state(writer, 1);
    measurements(writer);
    section(writer, "State on discharge", "summary.state");
    writer.heading("Medication on discharge");
    treatment(writer);
    companion(writer);
    section(writer, "Afterwards", "summary.after");
    plan(writer);
}

fn letter(writer: &mut Writer<'_>) {
    writer.line("{today}");
    writer.line("Dear Dr [NAME],");
    writer.line("Re: [NAME], born [DATE], NHS number [NUMBER], [ADDRESS]");
    writer.line("Diagnosis: {Diagnosis} ({code})");
    writer.line(match writer.contact.doses.as_slice() {
        [] => "Medication: none",
        [_] => "Medication: {dose} {frequency}",
        _ => "Medication: {dose} {frequency}, {other}",
    });
    writer.paragraph();
    writer.say("letter.opening", 1);
    state(writer, 2);
    trend(writer);
    examination(writer);
    findings(writer, 3);
    if writer.contact.change.is_some() {
        treatment(writer);
    }
    writer.paragraph();
    writer.say("letter.request", 1);
    if is_farewell(writer) {
        writer.say("plan.discharge", 1);
    } else {
        writer.say("letter.close", 1);
    }
    writer.line("Yours sincerely,");
    writer.line("[NAME], for the team");
}

/// What the patient does by day, as it goes with the age.
fn work(writer: &Writer<'_>) -> &'static str {
    match age(writer.patient, writer.contact.on) {
        ..18 => "core.child",
        18..62 => "core.work",
        _ => "core.retired",
    }
}

fn section(writer: &mut Writer<'_>, heading: &str, section: &str) {
    writer.heading(heading);
    writer.say(section, 1);
}

/// How the illness shows itself now.
fn state(writer: &mut Writer<'_>, count: usize) {
    let name = writer.course.condition.name;
    writer.say(&level(name, writer.contact), count);
}

fn trend(writer: &mut Writer<'_>) {
    let stop = writer.contact.stop;
    let section = match stop.severity {
        now if now + 4 < stop.before => "trend.better",
        now if now > stop.before + 4 => "trend.worse",
        _ => "trend.same",
    };
    writer.say(section, 1);
}

fn examination(writer: &mut Writer<'_>) {
    if writer.generator.chance(60) {
        writer.say(&level("mental", writer.contact), 1);
    }
    if writer.generator.chance(60) {
        writer.say(&level("risk", writer.contact), 1);
    }
}

fn treatment(writer: &mut Writer<'_>) {
    let section = match writer.contact.change {
        None => "medication.same",
        Some(Change::Started(_)) => "medication.started",
        Some(Change::Raised { .. }) => "medication.raised",
        Some(Change::Lowered { .. }) => "medication.lowered",
        Some(Change::Switched { .. }) => "medication.switched",
    };
    writer.say(section, 1);
}

fn companion(writer: &mut Writer<'_>) {
    if let Some(companion) = writer.course.companion {
        writer.say(if companion.drug.is_some() { "companion.dose" } else { "companion.none" }, 1);
    }
}

/// A paragraph of scores and laboratory results, if there are any.
fn measurements(writer: &mut Writer<'_>) {
    if !(writer.contact.scores.is_empty() && writer.contact.results.is_empty()) {
        writer.heading("Measurements");
        findings(writer, 4);
    }
}

/// Scores and so many laboratory results of the day.
fn findings(writer: &mut Writer<'_>, results: usize) {
    let contact = writer.contact;
    for score in &contact.scores {
        let section = match score.before {
            None => "score.first",
            Some(before) if before > score.total => "score.lower",
            Some(before) if before < score.total => "score.higher",
            Some(_) => "score.equal",
        };
        writer.say_score(section, *score);
    }
    for result in contact.results.iter().take(results) {
        let section = match result.flag {
            Some("L") => "laboratory.low",
            Some(_) => "laboratory.high",
            None => "laboratory.normal",
        };
        writer.say_result(section, result);
    }
}

fn plan(writer: &mut Writer<'_>) {
    let Condition { name, .. } = writer.course.condition;
    if writer.generator.chance(50) {
        writer.say(&format!("{name}.plan"), 1);
    }
    writer.say("plan", 1);
}

fn is_farewell(writer: &Writer<'_>) -> bool {
    let last = writer.course.contacts.last();
    writer.patient.discharged_on.is_some() && last.is_some_and(|last| last.on == writer.contact.on)
}

fn level(section: &str, contact: &Contact) -> String {
    let level = match contact.stop.severity {
        0..30 => "well",
        30..62 => "moderate",
        _ => "severe",
    };
    format!("{section}.{level}")
}
