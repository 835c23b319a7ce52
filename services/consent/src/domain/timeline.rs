//! A request's life as one timeline, in the words that each role may read.

use super::state::{State, Status};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A researcher of the study: nothing from which a patient's mode could be told.
    Researcher,
    /// The RDBM or an admin.
    Rdbm,
}

/// One stored step of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition<'a> {
    /// Before; none for the first.
    pub from: Option<State>,
    /// After.
    pub to: State,
    /// A word such as `consent_withdrawn`; empty where the state says all.
    pub reason: &'a str,
}

/// What a reader sees of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Short.
    pub title: &'static str,
    /// A sentence, or empty.
    pub text: &'static str,
    /// Whether the name of who did it may stand beside.
    pub shows_who: bool,
}

impl Transition<'_> {
    /// What `reader` sees of this step; none when it is not for them.
    pub fn entry(&self, reader: Reader) -> Option<Entry> {
        match reader {
            Reader::Researcher => self.for_researcher(),
            Reader::Rdbm => {
                Some(Entry { title: title(self.to), text: reason_text(self.reason), shows_who: true })
            }
        }
    }

    /// Only changes of what a researcher may know, and never who made them.
    fn for_researcher(&self) -> Option<Entry> {
        let Some(from) = self.from else {
            return Some(Entry { title: "Submitted", text: "", shows_who: true });
        };
        let (before, after) = (from.status(from.is_approved()), self.to.status(from.is_approved()));
        if before == after {
            return None;
        }
        let (title, text) = match after {
            Status::InProgress => ("In progress", ""),
            Status::NotPossible => ("Not possible", "There will be no contact in answer to this request."),
            Status::Approved => ("Approved", "The approval letter tells whom you may contact."),
            Status::Withdrawn => ("Withdrawn", "Please make no further contact with this patient."),
        };
        Some(Entry { title, text, shows_who: false })
    }
}

const fn title(state: State) -> &'static str {
    match state {
        State::Submitted => "Submitted",
        State::LookedUp => "Patient looked up",
        State::Stopped => "Stopped by a rule",
        State::ApprovedDirect => "Approved for direct approach",
        State::ClinicianAsked => "Clinician asked",
        State::Reminded => "Clinician reminded",
        State::Reassigned => "Not this clinician's patient",
        State::Expired => "No clinician answered in time",
        State::AnsweredR => "Clinician: the RDBM passes it on",
        State::AnsweredA => "Clinician passes it on",
        State::AnsweredB => "Clinician vetoed",
        State::AnsweredC => "Clinician: patient not eligible",
        State::AnsweredD => "Clinician: dead, discharged or wrong record",
        State::PackReady => "Pack for the patient made",
        State::Posted => "Pack posted",
        State::PatientYes => "Patient said yes",
        State::PatientNo => "Patient said no",
        State::NoAnswer => "Patient did not answer in time",
        State::Approved => "Approved",
        State::Withdrawn => "Withdrawn",
    }
}

/// The sentence behind a reason's word; a word without a sentence stays unsaid.
fn reason_text(reason: &str) -> &'static str {
    const SENTENCES: [(&str, &str); 7] = [
        ("consent_withdrawn", "The patient's consent became stricter."),
        ("excluded", "The patient is out of the research database altogether."),
        ("patient_died", "The patient has died."),
        ("consent_refused", "The patient had refused contact when the answer came."),
        ("nobody_left_to_ask", "No other clinician of the patient is known."),
        ("escalated", "The clinician has not answered for long."),
        ("study_closed", "The study has closed."),
    ];
    SENTENCES.iter().find(|(word, _)| *word == reason).map_or("", |(_, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn researcher_reads(from: State, to: State) -> Option<&'static str> {
        let step = Transition { from: Some(from), to, reason: "consent_withdrawn" };
        step.entry(Reader::Researcher).map(|entry| entry.title)
    }

    #[test]
    fn a_researcher_reads_only_what_changes_their_four_words() {
        assert_eq!(researcher_reads(State::Submitted, State::LookedUp), None);
        assert_eq!(researcher_reads(State::LookedUp, State::ClinicianAsked), None);
        assert_eq!(researcher_reads(State::PackReady, State::Posted), None);
        assert_eq!(researcher_reads(State::LookedUp, State::ApprovedDirect), Some("Approved"));
        assert_eq!(researcher_reads(State::Approved, State::Withdrawn), Some("Withdrawn"));
    }

    /// A refusal, a veto, an expiry and an exclusion look the same.
    #[test]
    fn no_step_of_a_researcher_tells_why() {
        let mut seen = Vec::new();
        for from in State::ALL {
            for to in from.successors().iter().filter(|to| !to.is_approved() && to.is_closed()) {
                if from.is_approved() {
                    continue;
                }
                for reason in ["", "consent_withdrawn", "excluded", "patient_died"] {
                    let step = Transition { from: Some(*from), to: *to, reason };
                    seen.push(step.entry(Reader::Researcher).unwrap());
                }
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert!(!seen[0].shows_who);
    }

    #[test]
    fn the_rdbm_reads_the_reason() {
        let step = Transition { from: Some(State::PackReady), to: State::Withdrawn, reason: "patient_died" };
        let entry = step.entry(Reader::Rdbm).unwrap();
        assert_eq!((entry.title, entry.text), ("Withdrawn", "The patient has died."));
    }
}
