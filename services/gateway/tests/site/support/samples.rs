//! Typed answers of the services behind the site.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_proto::consent::v1::{
    ClinicianQuestion, ConsentMode, ConsentModeHistory, ContactRequest, ContactRequestDetail, DecisionStep,
    Desk, Document, EmailRow, Evidence, LetterRow, Patient, Study, TimelineEntry,
};
use coffer_proto::mailer::v1::{Attempt, Email, EmailDetail};
use coffer_proto::timestamp;
use prost_types::Timestamp;

use super::now;

pub(crate) const REQUEST: &str = "01981f00-0000-7000-8000-00000000c0de";
pub(crate) const STUDY: &str = "01981f00-0000-7000-8000-000000005eed";
pub(crate) const CLOSED_STUDY: &str = "01981f00-0000-7000-8000-00000000dead";
pub(crate) const LETTER: &str = "01981f00-0000-7000-8000-00000000beef";
pub(crate) const EMAIL: &str = "01981f00-0000-7000-8000-00000000face";
/// From the range for tests.
pub(crate) const NHS_NUMBER: &str = "9990000018";

#[expect(clippy::unnecessary_wraps, reason = "as messages hold it")]
pub(crate) fn at(minutes: i64) -> Option<Timestamp> {
    let at: DateTime<Utc> = now() + TimeDelta::minutes(minutes);
    Some(timestamp(at))
}

pub(crate) fn studies() -> Vec<Study> {
    vec![
        Study {
            id: STUDY.to_owned(),
            number: 42,
            title: "Sleep and mood in <early> psychosis".to_owned(),
            lead_researcher: "Professor Ada Exemplar".to_owned(),
            summary: "Does better sleep help?".to_owned(),
            direct_approach: true,
            open: true,
            include_discharged: true,
            ends_on: "2027-03-31".to_owned(),
            ..Study::default()
        },
        Study {
            id: CLOSED_STUDY.to_owned(),
            number: 7,
            title: "Memory clinic follow-up".to_owned(),
            lead_researcher: "Dr Ben Sample".to_owned(),
            closed_reason: "recruitment has ended".to_owned(),
            clinical_trial: true,
            ..Study::default()
        },
    ]
}

pub(crate) fn request(status: &str) -> ContactRequest {
    ContactRequest {
        id: REQUEST.to_owned(),
        study_id: STUDY.to_owned(),
        study_title: studies().remove(0).title,
        patient_key: "rid-00012".to_owned(),
        status: status.to_owned(),
        submitted_at: at(-60),
        changed_at: at(-5),
        submitted_by: "Dr researcher".to_owned(),
        direct_approach: true,
        certificate_id: String::new(),
    }
}

pub(crate) fn timeline() -> Vec<TimelineEntry> {
    let entry = |minutes, title: &str, text: &str, who: &str| TimelineEntry {
        at: at(minutes),
        title: title.to_owned(),
        text: text.to_owned(),
        who: who.to_owned(),
    };
    vec![
        entry(-60, "Submitted", "", "Dr researcher"),
        entry(-5, "In progress", "We will tell you when there is a decision.", ""),
    ]
}

/// As a researcher gets it.
pub(crate) fn detail() -> ContactRequestDetail {
    ContactRequestDetail {
        contact_request: Some(request("in_progress")),
        timeline: timeline(),
        ..ContactRequestDetail::default()
    }
}

/// As the RDBM gets it.
pub(crate) fn full_detail() -> ContactRequestDetail {
    let inputs = [("days_since_discharge", "1200"), ("limit", "365")];
    ContactRequestDetail {
        contact_request: Some(request("clinician_asked")),
        rule: "R12".to_owned(),
        outcome: "clinician_asked".to_owned(),
        steps: vec![DecisionStep {
            rule: "R12".to_owned(),
            result: "decided".to_owned(),
            sentence: "The mode is yellow, so a clinician is asked.".to_owned(),
            inputs: inputs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }],
        letters: vec![letter("to_print")],
        emails: vec![EmailRow {
            id: EMAIL.to_owned(),
            kind: "clinician_question".to_owned(),
            state: "refused".to_owned(),
            at: at(-4),
            to: "clinician".to_owned(),
        }],
        patient_response_awaited: true,
        possibly_serious: true,
        ..detail()
    }
}

pub(crate) fn letter(state: &str) -> LetterRow {
    LetterRow {
        id: LETTER.to_owned(),
        kind: "approval".to_owned(),
        title: "Approval for study 42".to_owned(),
        contact_request_id: REQUEST.to_owned(),
        made_at: at(-3),
        state: state.to_owned(),
        sha256: "00".repeat(32),
        may_open: true,
    }
}

pub(crate) fn email() -> EmailDetail {
    EmailDetail {
        email: Some(Email {
            id: EMAIL.to_owned(),
            kind: "clinician_question".to_owned(),
            reference: REQUEST.to_owned(),
            state: "refused".to_owned(),
            recipient: "helen.marchbanks@nhs.example".to_owned(),
            subject: "May a patient of yours be contacted?".to_owned(),
            accepted_at: at(-4),
            changed_at: at(-3),
            reason: "smtp_550".to_owned(),
            attempts: 1,
            ..Email::default()
        }),
        attempts: vec![Attempt {
            number: 1,
            at: at(-3),
            outcome: "refused".to_owned(),
            detail: "550 mailbox unavailable".to_owned(),
        }],
    }
}

pub(crate) fn desk() -> Desk {
    Desk {
        letters_to_print: 3,
        answers_awaited: 1,
        emails_failed: 2,
        charity_due_pence: 1205,
        ..Desk::default()
    }
}

pub(crate) fn question(state: &str) -> ClinicianQuestion {
    ClinicianQuestion {
        contact_request_id: REQUEST.to_owned(),
        nonce: "the-nonce".to_owned(),
        state: state.to_owned(),
        answer: String::new(),
        patient: (state == "open").then(patient),
        clinician_name: "Dr Helen Marchbanks".to_owned(),
        study_title: studies().remove(0).title,
        lead_researcher: "Professor Ada Exemplar".to_owned(),
        study_summary: "Does better sleep help?".to_owned(),
        clinical_trial: false,
        involvement: "required_by_yellow".to_owned(),
        may_pass_to_rdbm: true,
        guidance: vec!["The patient was discharged on 3 Jan 2026.".to_owned()],
        pack_ready: false,
    }
}

fn patient() -> Patient {
    Patient {
        name: "Ms Zara Fictional".to_owned(),
        born_on: "1980-02-29".to_owned(),
        nhs_number: NHS_NUMBER.to_owned(),
        local_id: "M123456".to_owned(),
        address: vec!["1 Example Row".to_owned(), "Sampleton".to_owned()],
        gp: "Dr Test, Sample Surgery".to_owned(),
    }
}

pub(crate) fn consent_modes() -> ConsentModeHistory {
    let mode = |mode: &str, minutes, current| ConsentMode {
        id: REQUEST.to_owned(),
        mode: mode.to_owned(),
        decision: Some(Evidence { signed_by_patient: true, ..Evidence::default() }),
        decided_at: at(minutes),
        recorded_at: at(minutes + 30),
        recorded_by: "Ms rdbm".to_owned(),
        source: "rdbm".to_owned(),
        current,
        ..ConsentMode::default()
    };
    ConsentModeHistory {
        current: Some(mode("green", -60, true)),
        history: vec![mode("green", -60, true), mode("yellow", -600_000, false)],
        patient_name: "Ms Zara Fictional".to_owned(),
        patient_born_on: "1980-02-29".to_owned(),
    }
}

pub(crate) fn pdf() -> Document {
    Document {
        file_name: "approval \"42\".pdf".to_owned(),
        pdf: b"%PDF-1.7 sample".to_vec(),
        sha256: "00".repeat(32),
    }
}
