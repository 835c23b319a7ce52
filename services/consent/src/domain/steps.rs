//! What a decision leaves behind: each test with its inputs and a sentence. No sentence tells who it is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// The rules, by their ids.
    pub enum Rule {
        /// The research id is known to the identity map.
        R00 = "R00",
        /// The patient is found in the clinical source.
        R01 = "R01",
        /// Not out of the research database altogether.
        R02 = "R02",
        /// Not dead.
        R03 = "R03",
        /// Not RED.
        R04 = "R04",
        /// The date of birth is known.
        R05 = "R05",
        /// Not under 16, or the study takes under-16s.
        R06 = "R06",
        /// Not discharged, or the study takes the discharged.
        R07a = "R07a",
        /// The days since discharge are known.
        R07b = "R07b",
        /// Not discharged for too long.
        R07c = "R07c",
        /// The yearly cap is not reached.
        R08 = "R08",
        /// GREEN with direct approach.
        R09 = "R09",
        /// Why a clinician is needed.
        R10 = "R10",
        /// A contactable clinician is known.
        R11 = "R11",
        /// The address is well formed.
        R12 = "R12",
        /// The address lies in a permitted domain.
        R13 = "R13",
        /// No earlier question for this patient and study is unanswered.
        R14 = "R14",
        /// No earlier question for this patient and study was answered with no.
        R15 = "R15",
        /// A clinician started it.
        R16 = "R16",
        /// A clinician is asked.
        R17 = "R17",
        /// The study is open.
        R18 = "R18",
    }
}

words! {
    /// What a test came to.
    pub enum StepResult {
        /// Go on.
        Passed = "passed",
        /// Go on, but the RDBM should know.
        Warned = "warned",
        /// The end: no contact.
        Stopped = "stopped",
        /// The end: this is what happens.
        Decided = "decided",
    }
}

/// One test of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which rule.
    pub rule: Rule,
    /// What it came to.
    pub result: StepResult,
    /// The same for people.
    pub sentence: String,
    /// What the rule looked at.
    pub inputs: BTreeMap<String, String>,
}
