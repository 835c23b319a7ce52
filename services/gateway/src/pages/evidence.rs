//! Who signed: the six boxes behind a decision, the same in both forms of the RDBM.

use coffer_proto::consent::v1::Evidence;
use serde::Deserialize;

/// The boxes as a form sends them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EvidenceForm {
    signed_by_patient: Option<String>,
    otherwise_authorised_by_patient: Option<String>,
    under16_signed_by_parent: Option<String>,
    under16_signed_by_clinician: Option<String>,
    lack_capacity_signed_by_representative: Option<String>,
    lack_capacity_signed_by_clinician: Option<String>,
}

/// A box of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceBox {
    /// Field of the form.
    pub name: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Ticked.
    pub checked: bool,
}

impl EvidenceForm {
    /// For the contract.
    pub fn evidence(&self) -> Evidence {
        Evidence {
            signed_by_patient: self.signed_by_patient.is_some(),
            otherwise_authorised_by_patient: self.otherwise_authorised_by_patient.is_some(),
            under16_signed_by_parent: self.under16_signed_by_parent.is_some(),
            under16_signed_by_clinician: self.under16_signed_by_clinician.is_some(),
            lack_capacity_signed_by_representative: self.lack_capacity_signed_by_representative.is_some(),
            lack_capacity_signed_by_clinician: self.lack_capacity_signed_by_clinician.is_some(),
        }
    }
}

/// The boxes with their words.
pub fn boxes(evidence: &Evidence) -> [EvidenceBox; 6] {
    let row = |name, label, checked| EvidenceBox { name, label, checked };
    [
        row("signed_by_patient", "Signed by the patient", evidence.signed_by_patient),
        row(
            "otherwise_authorised_by_patient",
            "Otherwise authorised by the patient",
            evidence.otherwise_authorised_by_patient,
        ),
        row("under16_signed_by_parent", "Under 16: signed by a parent", evidence.under16_signed_by_parent),
        row(
            "under16_signed_by_clinician",
            "Under 16: signed by a clinician",
            evidence.under16_signed_by_clinician,
        ),
        row(
            "lack_capacity_signed_by_representative",
            "Lacks capacity: signed by a representative",
            evidence.lack_capacity_signed_by_representative,
        ),
        row(
            "lack_capacity_signed_by_clinician",
            "Lacks capacity: signed by a clinician",
            evidence.lack_capacity_signed_by_clinician,
        ),
    ]
}

/// The ticked boxes' words.
pub fn ticked(evidence: &Evidence) -> Vec<&'static str> {
    boxes(evidence).into_iter().filter(|row| row.checked).map(|row| row.label).collect()
}
