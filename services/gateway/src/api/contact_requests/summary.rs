//! A contact request in a list.

use chrono::{DateTime, Utc};
use coffer_proto::consent::v1 as contract;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::values::{known, moment};

/// A contact request.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ContactRequest {
    id: String,
    /// What the caller's role may know: in_progress, not_possible, approved or withdrawn; for RDBM and
    /// admin the state proper, such as `clinician_asked`.
    #[schema(examples("in_progress"))]
    status: String,
    study_id: String,
    study_title: String,
    /// The research id that the request was made with; none for an NHS number.
    patient_key: Option<String>,
    direct_approach: bool,
    /// The certificate (the run) of the query result that the id comes from; none if it was pasted.
    certificate_id: Option<String>,
    submitted_by: String,
    submitted_at: Option<DateTime<Utc>>,
    changed_at: Option<DateTime<Utc>>,
}

impl From<contract::ContactRequest> for ContactRequest {
    fn from(request: contract::ContactRequest) -> Self {
        Self {
            id: request.id,
            status: request.status,
            study_id: request.study_id,
            study_title: request.study_title,
            patient_key: known(request.patient_key),
            direct_approach: request.direct_approach,
            certificate_id: known(request.certificate_id),
            submitted_by: request.submitted_by,
            submitted_at: moment(request.submitted_at),
            changed_at: moment(request.changed_at),
        }
    }
}
