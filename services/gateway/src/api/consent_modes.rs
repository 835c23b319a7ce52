//! Consent modes: add one, and the current one with its history (RDBM).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use coffer_proto::consent::v1::{self as contract, AddConsentMode, GetConsentMode};
use coffer_types::{NhsNumber, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::Evidence;
use super::values::moment;
use super::{Answer, ApiError, ApiJson, ApiUser, FieldError};
use crate::app::App;

/// What a patient may decide.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// No contact.
    Red,
    /// Contact through a clinician.
    Yellow,
    /// Direct contact.
    Green,
}

/// A decision of a patient.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
#[expect(clippy::struct_excessive_bools, reason = "boxes of a paper form")]
pub(super) struct NewConsentMode {
    nhs_number: String,
    mode: Mode,
    /// Out of the research database altogether.
    #[serde(default)]
    exclude_entirely: bool,
    #[serde(default)]
    prefers_email: bool,
    /// 0: no cap.
    #[serde(default)]
    max_approaches_per_year: u32,
    #[serde(default)]
    consent_after_discharge: bool,
    #[serde(default)]
    other_requests: String,
    #[serde(default)]
    #[schema(required = false)]
    decision: Evidence,
    /// A clinician decided against the evidence; marked and reported.
    #[serde(default)]
    clinician_override: bool,
    /// Left out: now.
    #[schema(value_type = Option<DateTime<Utc>>)]
    decided_at: Option<String>,
    /// The patient knows already: no confirmation letter.
    #[serde(default)]
    skip_letter: bool,
}

/// A recorded consent mode.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "boxes of a paper form")]
pub(super) struct ConsentMode {
    id: String,
    /// red, yellow, green, unknown
    mode: String,
    exclude_entirely: bool,
    prefers_email: bool,
    /// 0: no cap.
    max_approaches_per_year: u32,
    consent_after_discharge: bool,
    other_requests: String,
    decision: Evidence,
    clinician_override: bool,
    decided_at: Option<DateTime<Utc>>,
    recorded_at: Option<DateTime<Utc>>,
    recorded_by: String,
    /// rdbm, clinical_record, publisher:<name>, created_blank
    source: String,
    current: bool,
}

/// A patient's consent modes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConsentModes {
    /// None where nothing was ever recorded.
    current: Option<ConsentMode>,
    /// Newest first, the current one among them.
    history: Vec<ConsentMode>,
}

/// Adds a consent mode (RDBM); what was recorded before stays in the history.
#[utoipa::path(post, path = "/consent-modes", tag = "consent modes", operation_id = "add_consent_mode",
    request_body = NewConsentMode,
    responses((status = CREATED, body = ConsentMode, description = "The consent mode as recorded")))]
pub(super) async fn add(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    ApiJson(body): ApiJson<NewConsentMode>,
) -> Result<(StatusCode, Json<ConsentMode>), ApiError> {
    user.require(&[Role::Rdbm])?;
    let number = nhs_number(&body.nhs_number)?;
    let question = AddConsentMode {
        caller: Some(user.caller()),
        nhs_number: number.to_string(),
        skip_letter: body.skip_letter,
        consent_mode: Some(decided(body, app.clock.now())?),
    };
    let added = app.bus.ask(&question).await.map_err(|e| ApiError::from(e).below("consent_mode."))?;
    app.audit(Some(user.id), "add_consent_mode", &added.id).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// A patient's current consent mode, with all before it (RDBM).
#[utoipa::path(get, path = "/patients/{nhs_number}/consent-mode", tag = "consent modes",
    operation_id = "get_consent_mode", params(("nhs_number" = String, Path)),
    responses((status = OK, body = ConsentModes, description = "Current mode and history")))]
pub(super) async fn show(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Path(number): Path<String>,
) -> Answer<ConsentModes> {
    user.require(&[Role::Rdbm])?;
    let number = nhs_number(&number)?;
    app.audit(Some(user.id), "look_up_consent_mode", "").await?;
    let question = GetConsentMode { caller: Some(user.caller()), nhs_number: number.to_string() };
    let found = app.bus.ask(&question).await?;
    Ok(Json(ConsentModes {
        current: found.current.map(ConsentMode::from),
        history: found.history.into_iter().map(ConsentMode::from).collect(),
    }))
}

fn nhs_number(text: &str) -> Result<NhsNumber, FieldError> {
    text.parse()
        .map_err(|error: coffer_types::InvalidNhsNumber| FieldError::new("nhs_number", error.to_string()))
}

fn decided(body: NewConsentMode, now: DateTime<Utc>) -> Result<contract::ConsentMode, FieldError> {
    let at = body.decided_at.map_or(Ok(now), |text| text.parse::<DateTime<Utc>>());
    let at = at.map_err(|_| FieldError::new("decided_at", "must be a time such as 2026-07-01T12:05:00Z"))?;
    Ok(contract::ConsentMode {
        mode: body.mode.word().to_owned(),
        exclude_entirely: body.exclude_entirely,
        consent_after_discharge: body.consent_after_discharge,
        max_approaches_per_year: body.max_approaches_per_year,
        other_requests: body.other_requests.trim().to_owned(),
        prefers_email: body.prefers_email,
        decision: Some(body.decision.into()),
        clinician_override: body.clinician_override,
        decided_at: Some(coffer_proto::timestamp(at)),
        ..contract::ConsentMode::default()
    })
}

impl Mode {
    fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
        }
    }
}

impl From<contract::ConsentMode> for ConsentMode {
    fn from(mode: contract::ConsentMode) -> Self {
        Self {
            id: mode.id,
            mode: mode.mode,
            exclude_entirely: mode.exclude_entirely,
            prefers_email: mode.prefers_email,
            max_approaches_per_year: mode.max_approaches_per_year,
            consent_after_discharge: mode.consent_after_discharge,
            other_requests: mode.other_requests,
            decision: mode.decision.unwrap_or_default().into(),
            clinician_override: mode.clinician_override,
            decided_at: moment(mode.decided_at),
            recorded_at: moment(mode.recorded_at),
            recorded_by: mode.recorded_by,
            source: mode.source,
            current: mode.current,
        }
    }
}
