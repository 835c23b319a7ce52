//! E-mails to the manager of the research database (RDBM): what happened, and what to do now.

use askama::Template;

use super::{House, Mail};
use crate::domain::answer::Answer;

/// What the RDBM is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Rule R00: the identity map does not know the id.
    UnknownPatient,
    /// Rule R02: an excluded patient was found in the research database.
    PossiblySerious,
    /// A clinician answered.
    ClinicianAnswered(Answer),
    /// "Not my patient", and nobody else is known.
    NobodyToAsk,
    /// A letter waits to be printed and posted.
    LetterToPrint,
    /// An e-mail to a researcher could not be delivered.
    ResearcherUnreachable,
    /// A clinician has not answered in spite of reminders.
    Escalation,
    /// A clinician's link has ended without an answer.
    QuestionExpired,
    /// Somebody said yes after the patient said no.
    BlockedYes,
    /// The pack lacks its leaflet.
    MissingLeaflet,
    /// The patient has not answered in time.
    NoAnswer,
}

impl Notice {
    /// Subject, what happened, what to do.
    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::UnknownPatient => [
                "Unknown research id",
                "A contact request names a research id that the identity map does not know.",
                "Please find out where the id comes from. The request has been stopped.",
            ],
            Self::PossiblySerious => [
                "Possibly serious: an excluded patient was found",
                "A contact request concerns a patient who is out of the research database altogether.",
                "The patient should not have been in the database. Please look into it today. The request has been stopped.",
            ],
            Self::ClinicianAnswered(Answer::R) => [
                "A clinician agreed: pack to post",
                "A clinician agreed and asks you to pass the invitation on to the patient.",
                "Please print and post the pack; it waits in the print queue.",
            ],
            Self::ClinicianAnswered(Answer::A) => [
                "A clinician agreed",
                "A clinician agreed and will give the pack to the patient.",
                "There is nothing to do until the patient answers.",
            ],
            Self::ClinicianAnswered(Answer::B) => [
                "A clinician declined: veto",
                "A clinician vetoed the invitation on clinical grounds.",
                "There is nothing to do. The request has ended.",
            ],
            Self::ClinicianAnswered(Answer::C) => [
                "A clinician declined: not eligible",
                "A clinician says that the patient is not eligible for the study.",
                "There is nothing to do. The request has ended.",
            ],
            Self::ClinicianAnswered(Answer::D) => [
                "A clinician declined: cannot be contacted",
                "A clinician says that the patient has died, was discharged long ago, or cannot be found.",
                "Please check that the clinical record says so too. The request has ended.",
            ],
            Self::ClinicianAnswered(Answer::NotMine) => [
                "Not this clinician's patient",
                "A clinician says that the patient is not theirs. The next clinician has been asked.",
                "There is nothing to do.",
            ],
            Self::NobodyToAsk => [
                "No clinician to ask",
                "A clinician says that the patient is not theirs, and no other clinician is known.",
                "Please find out who treats the patient. The request waits.",
            ],
            Self::LetterToPrint => [
                "A letter to print",
                "A new letter to a patient is ready.",
                "Please print and post it; it waits in the print queue.",
            ],
            Self::ResearcherUnreachable => [
                "An e-mail to a researcher failed",
                "An e-mail with a letter to a researcher could not be delivered.",
                "Please mend the address and send the e-mail again, or post the letter.",
            ],
            Self::Escalation => [
                "A clinician does not answer",
                "A clinician has not answered a question in spite of reminders.",
                "Please call the clinician, or let the question run out.",
            ],
            Self::QuestionExpired => [
                "A question ran out",
                "A clinician's link has ended without an answer.",
                "There is nothing to do. The request has ended.",
            ],
            Self::BlockedYes => [
                "A yes was blocked",
                "Somebody said yes to a contact request, but the patient's newest decision does not allow it.",
                "Nobody has been told who the patient is. Please look at the request.",
            ],
            Self::MissingLeaflet => [
                "A pack lacks its leaflet",
                "A pack was made without the leaflet on taking part in research, since none is on file.",
                "Please upload the leaflet, and add a printed one to this pack.",
            ],
            Self::NoAnswer => [
                "A patient did not answer",
                "A patient has not answered in time.",
                "There is nothing to do. The request has ended.",
            ],
        }
    }

    /// Whether the place to act is the print queue.
    const fn is_about_print(self) -> bool {
        matches!(self, Self::ClinicianAnswered(Answer::R) | Self::LetterToPrint)
    }
}

/// A notice as an e-mail.
#[derive(Debug, Template)]
#[template(path = "rdbm_notice.txt")]
pub struct RdbmNotice<'a> {
    house: &'a House,
    title: &'static str,
    what: &'static str,
    todo: &'static str,
    study: &'a str,
    code: &'a str,
    button: &'static str,
    link: String,
}

impl<'a> RdbmNotice<'a> {
    /// A notice; `study` and `code` are empty where it concerns no request. `request_id` makes the link.
    pub fn new(
        house: &'a House,
        notice: Notice,
        public_url: &str,
        study: &'a str,
        code: &'a str,
        request_id: &str,
    ) -> Self {
        let [title, what, todo] = notice.words();
        let base = public_url.trim_end_matches('/');
        let (button, link) = if notice.is_about_print() || request_id.is_empty() {
            ("Open the print queue", format!("{base}/letters?state=to_print"))
        } else {
            ("Open the request", format!("{base}/contact-requests/{request_id}"))
        };
        Self { house, title, what, todo, study, code, button, link }
    }
}

impl Mail for RdbmNotice<'_> {
    const KIND: &'static str = "rdbm_notice";

    fn subject(&self) -> String {
        if self.code.is_empty() {
            self.title.to_owned()
        } else {
            format!("{}: request {}", self.title, self.code)
        }
    }
}
