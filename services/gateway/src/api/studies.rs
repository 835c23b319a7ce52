//! Studies.

use axum::Json;
use axum::extract::State;
use coffer_proto::consent::v1::{self as contract, ListStudies};
use serde::Serialize;
use utoipa::ToSchema;

use super::values::known;
use super::{Answer, ApiUser};
use crate::app::App;

/// A research study.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a study")]
pub(super) struct Study {
    id: String,
    /// The institution's own number.
    number: u32,
    title: String,
    lead_researcher: String,
    summary: String,
    /// Researchers may approach GREEN patients directly.
    direct_approach: bool,
    /// Contact requests may be made now.
    open: bool,
    /// Why not.
    closed_reason: Option<String>,
    clinical_trial: bool,
    include_under16: bool,
    include_lack_capacity: bool,
    include_discharged: bool,
    /// An extra form is to be filled in, so a clinician has to take part.
    extra_form: bool,
    /// Last day of recruitment.
    #[schema(format = Date)]
    ends_on: Option<String>,
}

/// Studies, by number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Studies {
    studies: Vec<Study>,
}

/// The studies that the caller may see.
#[utoipa::path(get, path = "/studies", tag = "studies", operation_id = "list_studies",
    responses((status = OK, body = Studies, description = "Studies of the caller")))]
pub(super) async fn list(State(app): State<App>, ApiUser(user): ApiUser) -> Answer<Studies> {
    let found = app.bus.ask(&ListStudies { caller: Some(user.caller()) }).await?;
    Ok(Json(Studies { studies: found.studies.into_iter().map(Study::from).collect() }))
}

impl From<contract::Study> for Study {
    fn from(study: contract::Study) -> Self {
        Self {
            id: study.id,
            number: study.number,
            title: study.title,
            lead_researcher: study.lead_researcher,
            summary: study.summary,
            direct_approach: study.direct_approach,
            open: study.open,
            closed_reason: known(study.closed_reason),
            clinical_trial: study.clinical_trial,
            include_under16: study.include_under16,
            include_lack_capacity: study.include_lack_capacity,
            include_discharged: study.include_discharged,
            extra_form: study.extra_form,
            ends_on: known(study.ends_on),
        }
    }
}
