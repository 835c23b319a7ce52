//! What a clinician may answer, and why they are asked.

use super::words::words;

words! {
    /// A clinician's answer.
    pub enum Answer {
        /// The RDBM shall pass the request on to the patient.
        R = "R",
        /// The clinician passes it on.
        A = "A",
        /// Veto on clinical grounds.
        B = "B",
        /// The patient is not eligible.
        C = "C",
        /// Dead, discharged too long ago, or details defunct.
        D = "D",
        /// Not this clinician's patient: somebody else is asked.
        NotMine = "not_mine",
    }
}

impl Answer {
    /// Whether the request goes on to the patient.
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::R | Self::A)
    }

    /// Whether the clinician may give this answer. Where the researchers want an extra form filled in, the
    /// RDBM cannot pass the request on.
    pub const fn is_offered(self, extra_form_wanted: bool) -> bool {
        !(extra_form_wanted && matches!(self, Self::R))
    }
}

words! {
    /// What a clinician who asks for an own patient answers thereby (rule R16).
    pub enum Preset {
        /// The RDBM shall write to the patient.
        PassToRdbm = "R",
        /// The clinician hands the pack over.
        HandOver = "A",
    }
}

impl From<Preset> for Answer {
    fn from(preset: Preset) -> Self {
        match preset {
            Preset::PassToRdbm => Self::R,
            Preset::HandOver => Self::A,
        }
    }
}

words! {
    /// Why a clinician is asked (rule R10).
    pub enum Involvement {
        /// The researchers wish it, or are not approved for direct approach.
        RequestedByResearchers = "requested_by_researchers",
        /// The patient wishes it.
        RequiredByYellow = "required_by_yellow",
        /// The patient was never asked.
        RequiredByUnknown = "required_by_unknown",
    }
}

/// Whether the researchers want a form filled in by a clinician: they have one, and do not write themselves.
pub const fn extra_form_wanted(study_has_form: bool, direct_approach: bool) -> bool {
    study_has_form && !direct_approach
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extra_form_takes_away_only_r() {
        assert!(!Answer::R.is_offered(true));
        assert!(Answer::ALL.iter().filter(|answer| answer.is_offered(true)).count() == 5);
        assert!(Answer::ALL.iter().all(|answer| answer.is_offered(false)));
        assert!(extra_form_wanted(true, false) && !extra_form_wanted(true, true));
    }
}
