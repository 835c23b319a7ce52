//! Words and colours for the states that other services name.

/// A state as a tag shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// The words.
    pub label: &'static str,
    /// The colour's class in the design system.
    pub colour: &'static str,
}

/// What a list filters by.
pub type Options = &'static [(&'static str, &'static str)];

/// What researchers know of a contact request.
pub const RESEARCHER_STATUSES: Options = &[
    ("in_progress", "In progress"),
    ("not_possible", "Not possible"),
    ("approved", "Approved"),
    ("withdrawn", "Withdrawn"),
];

/// What the RDBM knows of a contact request, in the words of its timeline.
pub const STATES: Options = &[
    ("submitted", "Submitted"),
    ("looked_up", "Patient looked up"),
    ("stopped", "Stopped by a rule"),
    ("approved_direct", "Approved for direct approach"),
    ("clinician_asked", "Clinician asked"),
    ("reminded", "Clinician reminded"),
    ("reassigned", "Not this clinician's patient"),
    ("answered_r", "Clinician: the RDBM passes it on"),
    ("answered_a", "Clinician passes it on"),
    ("answered_b", "Clinician vetoed"),
    ("answered_c", "Clinician: patient not eligible"),
    ("answered_d", "Clinician: dead, discharged or wrong record"),
    ("expired", "No clinician answered in time"),
    ("pack_ready", "Pack for the patient made"),
    ("posted", "Pack posted"),
    ("patient_yes", "Patient said yes"),
    ("patient_no", "Patient said no"),
    ("no_answer", "Patient did not answer in time"),
    ("approved", "Approved"),
    ("withdrawn", "Withdrawn"),
];

/// States of letters.
pub const LETTER_STATES: Options = &[
    ("to_print", "To print"),
    ("printed", "Printed"),
    ("posted", "Posted"),
    ("not_for_post", "Not for post"),
];

/// States of runs.
pub const RUN_STATES: Options = &[
    ("queued", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("timed_out", "Took too long"),
];

/// States of e-mails, as the mailer names them.
pub const EMAIL_STATES: Options = &[
    ("accepted", "Waiting"),
    ("claimed", "Being sent"),
    ("handing_over", "Being handed over"),
    ("sent", "Sent"),
    ("deferred", "Will be tried again"),
    ("refused", "Refused"),
    ("doubtful", "Doubtful"),
    ("stopped", "Stopped"),
];

const MODES: Options = &[("red", "Red"), ("yellow", "Yellow"), ("green", "Green"), ("unknown", "Unknown")];

/// Words of everything else that arrives as a word.
const OTHERS: Options = &[
    ("passed", "Passed"),
    ("decided", "Decided"),
    ("warned", "Passed with a warning"),
    ("clinician_initiated", "Started by the clinician"),
    ("approval", "Approval letter"),
    ("withdrawal", "Withdrawal letter"),
    ("mode_confirmation", "Confirmation of consent mode"),
    ("pack", "Pack for the patient"),
    ("clinician_question", "Question to a clinician"),
    ("clinician_reminder", "Reminder to a clinician"),
    ("clinician_confirmation", "Confirmation to a clinician"),
    ("rdbm_notice", "Notice to the RDBM"),
    ("clinician", "Clinician"),
    ("researcher", "Researcher"),
    ("rdbm", "RDBM"),
    ("clinical_record", "Clinical record"),
    ("created_blank", "Nothing recorded yet"),
    ("postgresql", "PostgreSQL"),
    ("mysql", "MySQL or MariaDB"),
    ("sqlserver", "SQL Server"),
];

const COLOURS: &[(&str, &[&str])] = &[
    (
        "nhsuk-tag--green",
        &[
            "approved",
            "approved_direct",
            "sent",
            "posted",
            "green",
            "patient_yes",
            "passed",
            "decided",
            "done",
        ],
    ),
    ("nhsuk-tag--red", &["withdrawn", "refused", "red", "stopped", "patient_no", "failed"]),
    ("nhsuk-tag--orange", &["doubtful", "warned", "expired", "no_answer", "timed_out"]),
    ("nhsuk-tag--yellow", &["deferred", "yellow", "to_print", "reminded"]),
    ("nhsuk-tag--grey", &["not_possible", "unknown", "not_for_post", "cancelled"]),
];

/// Words and colour of a state.
pub fn tag(word: &str) -> Tag {
    let colour =
        COLOURS.iter().find(|(_, words)| words.contains(&word)).map_or("nhsuk-tag--blue", |(class, _)| class);
    Tag { label: label(word), colour }
}

/// Words of a state, kind or source.
pub fn label(word: &str) -> &'static str {
    let mut all = [RESEARCHER_STATUSES, STATES, LETTER_STATES, RUN_STATES, EMAIL_STATES, MODES, OTHERS]
        .into_iter()
        .flatten();
    all.find(|(name, _)| *name == word).map_or("Other", |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_words_and_a_colour() {
        assert_eq!(tag("doubtful"), Tag { label: "Doubtful", colour: "nhsuk-tag--orange" });
        assert_eq!(tag("clinician_asked"), Tag { label: "Clinician asked", colour: "nhsuk-tag--blue" });
        assert_eq!(label("something_new"), "Other");
    }
}
