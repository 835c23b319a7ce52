//! What a patient said about research, as the clinical record holds it.

use chrono::{DateTime, Utc};

use crate::case::Case;
use crate::generator::Generator;

/// The three answers on the form; no row at all means that nobody asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Do not contact me.
    Red,
    /// Ask my clinicians first.
    Yellow,
    /// Researchers may contact me.
    Green,
}

impl Mode {
    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
        }
    }
}

/// Who signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The patient.
    Patient,
    /// A parent and a clinician, for a child.
    ParentAndClinician,
    /// A representative and a clinician, for somebody who lacks capacity.
    RepresentativeAndClinician,
}

/// A recorded decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoConsent {
    /// The answer.
    pub mode: Mode,
    /// Out of the research database altogether.
    pub exclude_entirely: bool,
    /// Wants e-mail rather than paper.
    pub prefers_email: bool,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// How many approaches a year are welcome; 0: no limit.
    pub max_approaches_per_year: u32,
    /// Holds beyond discharge.
    pub consent_after_discharge: bool,
    /// Who signed.
    pub evidence: Evidence,
}

/// The decision of a patient of this case; none if nobody asked.
pub(crate) fn consent(case: Case, now: DateTime<Utc>, generator: &mut Generator) -> Option<DemoConsent> {
    let age_in_days = 30 + i64::try_from(generator.below(900)).unwrap_or_default();
    let prefers_email = generator.chance(30);
    let ordinary = generator.below(100);
    let mode = match case {
        Case::Unknown => return None,
        Case::Yellow | Case::NoClinician | Case::BadClinicianEmail => Mode::Yellow,
        Case::Red => Mode::Red,
        Case::Ordinary => match ordinary {
            0..35 => return None,
            35..65 => Mode::Yellow,
            65..90 => Mode::Green,
            _ => Mode::Red,
        },
        _ => Mode::Green,
    };
    Some(DemoConsent {
        mode,
        exclude_entirely: case == Case::Excluded,
        prefers_email,
        decided_at: now - chrono::Duration::days(age_in_days),
        max_approaches_per_year: u32::from(case == Case::CapReached),
        consent_after_discharge: false,
        evidence: match (case, ordinary % 20) {
            (Case::Under16, _) => Evidence::ParentAndClinician,
            (Case::Ordinary, 0) => Evidence::RepresentativeAndClinician,
            _ => Evidence::Patient,
        },
    })
}
