//! Where a contact request stands, and what it may become.

use super::answer::Answer;
use super::words::words;

words! {
    /// The state of a contact request.
    pub enum State {
        /// Accepted, not yet decided.
        Submitted = "submitted",
        /// Looked up in the clinical source.
        LookedUp = "looked_up",
        /// Stopped by a rule.
        Stopped = "stopped",
        /// The researchers were told at once.
        ApprovedDirect = "approved_direct",
        /// A clinician was asked.
        ClinicianAsked = "clinician_asked",
        /// The clinician was reminded.
        Reminded = "reminded",
        /// The clinician said that the patient is not theirs.
        Reassigned = "reassigned",
        /// No clinician answered in time.
        Expired = "expired",
        /// The RDBM passes the request on.
        AnsweredR = "answered_r",
        /// The clinician passes the request on.
        AnsweredA = "answered_a",
        /// Vetoed.
        AnsweredB = "answered_b",
        /// Not eligible.
        AnsweredC = "answered_c",
        /// Dead, discharged or defunct.
        AnsweredD = "answered_d",
        /// The pack for the patient is made.
        PackReady = "pack_ready",
        /// The pack was posted.
        Posted = "posted",
        /// The patient agreed.
        PatientYes = "patient_yes",
        /// The patient declined.
        PatientNo = "patient_no",
        /// The patient did not answer in time.
        NoAnswer = "no_answer",
        /// The researchers were told that the patient agreed.
        Approved = "approved",
        /// Ended because the patient's consent did.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What a researcher knows of a request.
    pub enum Status {
        /// Nothing is known yet.
        InProgress = "in_progress",
        /// There will be no contact.
        NotPossible = "not_possible",
        /// The researchers may contact the patient.
        Approved = "approved",
        /// They may no longer.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// What a request in this state may become next.
    pub const fn successors(self) -> &'static [Self] {
        use State as S;
        match self {
            S::Submitted => &[S::LookedUp, S::Stopped],
            S::LookedUp => {
                &[S::Stopped, S::ApprovedDirect, S::ClinicianAsked, S::AnsweredR, S::AnsweredA, S::Withdrawn]
            }
            S::ClinicianAsked | S::Reminded => &[
                S::Reminded,
                S::Reassigned,
                S::Expired,
                S::AnsweredR,
                S::AnsweredA,
                S::AnsweredB,
                S::AnsweredC,
                S::AnsweredD,
                S::Withdrawn,
            ],
            S::Reassigned => &[S::ClinicianAsked, S::Expired, S::Withdrawn],
            S::AnsweredR | S::AnsweredA => &[S::PackReady, S::Withdrawn],
            S::PackReady => &[S::Posted, S::PatientYes, S::PatientNo, S::NoAnswer, S::Withdrawn],
            S::Posted => &[S::PatientYes, S::PatientNo, S::NoAnswer, S::Withdrawn],
            S::PatientYes => &[S::Approved, S::Withdrawn],
            S::ApprovedDirect | S::Approved => &[S::Withdrawn],
            S::Stopped
            | S::Expired
            | S::AnsweredB
            | S::AnsweredC
            | S::AnsweredD
            | S::PatientNo
            | S::NoAnswer
            | S::Withdrawn => &[],
        }
    }

    /// Whether a request in this state may become `next`.
    pub fn may_become(self, next: Self) -> bool {
        self.successors().contains(&next)
    }

    /// The researchers may contact the patient.
    pub const fn is_approved(self) -> bool {
        matches!(self, Self::ApprovedDirect | Self::Approved)
    }

    /// Nothing more happens by itself.
    pub const fn is_closed(self) -> bool {
        self.is_approved() || self.successors().is_empty()
    }

    /// What a researcher knows of it. A request that ended before it was approved is not possible, whatever
    /// the reason: a patient's refusal must not show.
    pub const fn status(self, was_approved: bool) -> Status {
        match self {
            Self::ApprovedDirect | Self::Approved => Status::Approved,
            Self::Withdrawn if was_approved => Status::Withdrawn,
            _ if self.is_closed() => Status::NotPossible,
            _ => Status::InProgress,
        }
    }
}

impl From<Answer> for State {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::R => Self::AnsweredR,
            Answer::A => Self::AnsweredA,
            Answer::B => Self::AnsweredB,
            Answer::C => Self::AnsweredC,
            Answer::D => Self::AnsweredD,
            Answer::NotMine => Self::Reassigned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_or_approved_state_can_be_withdrawn() {
        for state in State::ALL.iter().filter(|state| **state != State::Submitted) {
            let open_or_approved = state.is_approved() || !state.is_closed();
            assert_eq!(state.may_become(State::Withdrawn), open_or_approved, "{state:?}");
        }
    }

    #[test]
    fn nothing_follows_a_withdrawal() {
        assert!(State::Withdrawn.successors().is_empty());
    }

    #[test]
    fn every_state_but_the_first_can_be_reached() {
        for state in State::ALL.iter().filter(|state| **state != State::Submitted) {
            assert!(State::ALL.iter().any(|before| before.may_become(*state)), "{state:?}");
        }
    }

    #[test]
    fn approval_comes_only_from_the_decision_or_from_the_patient() {
        let before = |next: State| State::ALL.iter().copied().filter(move |state| state.may_become(next));
        assert_eq!(before(State::ApprovedDirect).collect::<Vec<_>>(), [State::LookedUp]);
        assert_eq!(before(State::Approved).collect::<Vec<_>>(), [State::PatientYes]);
    }

    #[test]
    fn a_researcher_learns_four_words() {
        assert_eq!(State::Stopped.status(false), Status::NotPossible);
        assert_eq!(State::Withdrawn.status(false), Status::NotPossible);
        assert_eq!(State::Withdrawn.status(true), Status::Withdrawn);
        assert_eq!(State::Approved.status(true), Status::Approved);
        assert_eq!(State::PatientYes.status(false), Status::InProgress);
    }

    #[test]
    fn words_are_unique_and_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(*state));
        }
        assert!(State::try_from("nonsense".to_owned()).is_err());
    }
}
