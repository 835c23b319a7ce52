//! Who signed: the evidence behind a decision.

use coffer_proto::consent::v1 as contract;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who signed a decision; what is left out is false.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default, expecting = "an object")]
#[expect(clippy::struct_excessive_bools, reason = "six boxes of a paper form")]
pub(super) struct Evidence {
    signed_by_patient: bool,
    otherwise_authorised_by_patient: bool,
    under16_signed_by_parent: bool,
    under16_signed_by_clinician: bool,
    lack_capacity_signed_by_representative: bool,
    lack_capacity_signed_by_clinician: bool,
}

impl From<Evidence> for contract::Evidence {
    fn from(evidence: Evidence) -> Self {
        Self {
            signed_by_patient: evidence.signed_by_patient,
            otherwise_authorised_by_patient: evidence.otherwise_authorised_by_patient,
            under16_signed_by_parent: evidence.under16_signed_by_parent,
            under16_signed_by_clinician: evidence.under16_signed_by_clinician,
            lack_capacity_signed_by_representative: evidence.lack_capacity_signed_by_representative,
            lack_capacity_signed_by_clinician: evidence.lack_capacity_signed_by_clinician,
        }
    }
}

impl From<contract::Evidence> for Evidence {
    fn from(evidence: contract::Evidence) -> Self {
        Self {
            signed_by_patient: evidence.signed_by_patient,
            otherwise_authorised_by_patient: evidence.otherwise_authorised_by_patient,
            under16_signed_by_parent: evidence.under16_signed_by_parent,
            under16_signed_by_clinician: evidence.under16_signed_by_clinician,
            lack_capacity_signed_by_representative: evidence.lack_capacity_signed_by_representative,
            lack_capacity_signed_by_clinician: evidence.lack_capacity_signed_by_clinician,
        }
    }
}
