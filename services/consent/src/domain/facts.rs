//! All that a decision looks at, gathered before it is made.

use coffer_types::EmailAddress;

use super::answer::Preset;
use super::clinician::Clinician;
use super::mode::CurrentMode;
use super::patient::Patient;
use super::study::Study;

/// The inputs of one decision.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The study that asks.
    pub study: Study,
    /// The researchers want to write to the patient themselves.
    pub direct_approach: bool,
    /// A clinician asks for an own patient (rule R16).
    pub initiated: Option<Initiated>,
    /// About whom.
    pub subject: Subject,
}

/// How far the patient could be found.
#[derive(Debug, Clone)]
pub enum Subject {
    /// The identity map does not know the research id.
    UnknownId,
    /// The clinical source has no such patient.
    NotFound,
    /// Found.
    Found(Box<Known>),
}

/// A patient who was found, with all that matters about them.
#[derive(Debug, Clone)]
pub struct Known {
    /// Demographics.
    pub patient: Patient,
    /// Everyone who looks or looked after them.
    pub clinicians: Vec<Clinician>,
    /// The consent mode that counts.
    pub mode: CurrentMode,
    /// Approaches within the cap's days, and those still in flight.
    pub approaches: u32,
    /// What became of earlier requests for the same patient and study.
    pub earlier: Earlier,
}

/// Earlier requests for the same patient and study.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Earlier {
    /// A clinician's answer is outstanding.
    pub outstanding: bool,
    /// A clinician answered B, C or D.
    pub declined: bool,
}

/// A clinician who asks for an own patient, and thereby answers beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initiated {
    /// Who passes the pack on.
    pub answer: Preset,
    /// The account's own verified address.
    pub email: EmailAddress,
}
