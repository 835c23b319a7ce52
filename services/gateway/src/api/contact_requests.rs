//! Contact requests: ask, list, follow, and the patient's response.

mod detail;
mod summary;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use coffer_proto::consent::v1::{
    GetContactRequest, ListContactRequests, RecordPatientResponse, SubmitContactRequests,
};
use coffer_types::{ContactRequestId, Role, RunId, StudyId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::Evidence;
use super::patients::{self, Patient};
use super::{Answer, ApiError, ApiJson, ApiQuery, ApiUser, FieldError, Slice, idempotency_key};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::Id;
use detail::ContactRequestDetail;
use summary::ContactRequest;

/// Patients to be contacted about a study.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct NewContactRequests {
    study_id: String,
    /// Whether GREEN patients are to be approached directly, where the study may do so.
    #[serde(default)]
    direct_approach: bool,
    #[schema(min_items = 1)]
    patients: Vec<Patient>,
    /// The certificate of the query result that named the patients, if one did: the id of its run.
    certificate_id: Option<String>,
}

/// A request that was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accepted {
    id: String,
    #[schema(examples("in_progress"))]
    status: String,
}

/// The accepted requests, in the order of the patients.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcceptedContactRequests {
    contact_requests: Vec<Accepted>,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// in_progress, not_possible, approved or withdrawn; for RDBM and admin a state such as `clinician_asked`.
    status: Option<String>,
    /// Of one study.
    study_id: Option<String>,
    /// Part of a request id or research id.
    search: Option<String>,
    /// Rows to leave out.
    offset: Option<u32>,
    /// Rows wanted; 50 where left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A slice of the caller's contact requests, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContactRequests {
    contact_requests: Vec<ContactRequest>,
    /// How many there are in all.
    total: u32,
}

/// What the patient answered.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Response {
    /// May be contacted.
    Yes,
    /// May not.
    No,
}

/// A patient's response, as the RDBM has it on paper.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct PatientResponse {
    response: Response,
    #[serde(default)]
    #[schema(required = false)]
    decision: Evidence,
}

/// Asks for contact with patients: one request each, all or none.
///
/// The same idempotency key with the same content gives the first answer again.
#[utoipa::path(post, path = "/contact-requests", tag = "contact requests", operation_id = "submit_contact_requests",
    params(("Idempotency-Key" = Option<String>, Header, description = "Chosen by the caller, once per submission")),
    request_body = NewContactRequests,
    responses((status = ACCEPTED, body = AcceptedContactRequests, description = "Accepted; decided in a moment")))]
pub(super) async fn submit(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    headers: HeaderMap,
    ApiJson(body): ApiJson<NewContactRequests>,
) -> Result<(StatusCode, Json<AcceptedContactRequests>), ApiError> {
    let question = submission(&user, &headers, &body).map_err(ApiError::invalid)?;
    let made = app.bus.ask(&question).await?.contact_requests;
    let contact_requests =
        made.into_iter().map(|request| Accepted { id: request.id, status: request.status }).collect();
    Ok((StatusCode::ACCEPTED, Json(AcceptedContactRequests { contact_requests })))
}

/// The contact requests that the caller may see, newest first.
#[utoipa::path(get, path = "/contact-requests", tag = "contact requests", operation_id = "list_contact_requests",
    params(Filter), responses((status = OK, body = ContactRequests, description = "A slice of the list")))]
pub(super) async fn list(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    ApiQuery(filter): ApiQuery<Filter>,
) -> Answer<ContactRequests> {
    let study_id = filter.study_id.as_deref().map(study).transpose()?;
    let question = ListContactRequests {
        caller: Some(user.caller()),
        study_id: study_id.unwrap_or_default(),
        status: filter.status.unwrap_or_default(),
        search: filter.search.unwrap_or_default().trim().to_owned(),
        page: Some(Slice { offset: filter.offset, limit: filter.limit }.page()?),
    };
    let found = app.bus.ask(&question).await?;
    let contact_requests = found.contact_requests.into_iter().map(ContactRequest::from).collect();
    Ok(Json(ContactRequests { contact_requests, total: found.total }))
}

/// One contact request with its timeline, as far as the caller's role may see.
#[utoipa::path(get, path = "/contact-requests/{id}", tag = "contact requests", operation_id = "get_contact_request",
    params(("id" = Uuid, Path)),
    responses((status = OK, body = ContactRequestDetail, description = "The contact request")))]
pub(super) async fn show(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<ContactRequestId>,
) -> Answer<ContactRequestDetail> {
    let question = GetContactRequest { caller: Some(user.caller()), id: id.to_string() };
    let found = app.bus.ask(&question).await?;
    let detail = ContactRequestDetail::read(found, user.has_any(&[Role::Rdbm, Role::Admin]));
    Ok(Json(detail.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND))?))
}

/// Records a patient's response (RDBM), once.
#[utoipa::path(post, path = "/contact-requests/{id}/patient-response", tag = "contact requests",
    operation_id = "record_patient_response", params(("id" = Uuid, Path)), request_body = PatientResponse,
    responses((status = OK, body = ContactRequest, description = "The contact request afterwards")))]
pub(super) async fn respond(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<ContactRequestId>,
    ApiJson(body): ApiJson<PatientResponse>,
) -> Answer<ContactRequest> {
    user.require(&[Role::Rdbm])?;
    let question = RecordPatientResponse {
        caller: Some(user.caller()),
        contact_request_id: id.to_string(),
        yes: matches!(body.response, Response::Yes),
        decision: Some(body.decision.into()),
    };
    let request = app.bus.ask(&question).await?;
    app.audit(Some(user.id), "record_patient_answer", &id.to_string()).await?;
    Ok(Json(request.into()))
}

fn submission(
    user: &CurrentUser,
    headers: &HeaderMap,
    body: &NewContactRequests,
) -> Result<SubmitContactRequests, Vec<FieldError>> {
    let checked =
        (idempotency_key(headers), study(&body.study_id), certificate(body), patients::read(&body.patients));
    match checked {
        (Ok(key), Ok(study_id), Ok(certificate_id), Ok(patients)) => Ok(SubmitContactRequests {
            caller: Some(user.caller()),
            study_id,
            direct_approach: body.direct_approach,
            patients,
            idempotency_key: key,
            certificate_id,
        }),
        (key, study_id, certificate_id, patients) => {
            let single = key.err().into_iter().chain(study_id.err()).chain(certificate_id.err());
            Err(single.chain(patients.err().into_iter().flatten()).collect())
        }
    }
}

fn certificate(body: &NewContactRequests) -> Result<String, FieldError> {
    let Some(id) = &body.certificate_id else { return Ok(String::new()) };
    let id = id.parse::<RunId>().map_err(|error| FieldError::new("certificate_id", error.to_string()))?;
    Ok(id.to_string())
}

fn study(id: &str) -> Result<String, FieldError> {
    let id = id.parse::<StudyId>().map_err(|error| FieldError::new("study_id", error.to_string()))?;
    Ok(id.to_string())
}
