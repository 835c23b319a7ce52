//! Patients' answers: those awaited, and the form for one that came.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, Utc};
use coffer_proto::consent::v1::{
    ContactRequest, Evidence, GetContactRequest, ListAwaitedResponses, RecordPatientResponse,
};
use coffer_types::{ContactRequestId, Role};
use serde::Deserialize;

use super::evidence::{self, EvidenceForm};
use super::paging::{Paging, slice};
use super::{Answer, Layout, Shell, form_again, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::{FormErrors, Id, PageError};

#[derive(Template)]
#[template(path = "pages/patient_answers.html")]
struct ListPage {
    layout: Layout,
    contact_requests: Vec<ContactRequest>,
    total: u32,
    paging: Paging,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "pages/patient_answer.html")]
struct FormPage {
    layout: Layout,
    errors: FormErrors,
    request: ContactRequest,
    response: String,
    evidence: Evidence,
}

#[derive(Template)]
#[template(path = "pages/patient_answer_check.html")]
struct CheckPage {
    layout: Layout,
    request: ContactRequest,
    response: String,
    evidence: Evidence,
}

/// Which page of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    page: Option<u32>,
}

/// The form, in all its steps.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PatientAnswer {
    /// yes, no
    response: String,
    /// check, change, send
    step: String,
    #[serde(flatten)]
    evidence: EvidenceForm,
}

/// The answers that are awaited, oldest first.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(which): Query<Which>,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    let slice = slice(which.page);
    let found = app.bus.ask(&ListAwaitedResponses { caller: Some(user.caller()), page: Some(slice) }).await?;
    page(&ListPage {
        layout: shell.layout("Patient answers"),
        contact_requests: found.contact_requests,
        total: found.total,
        paging: Paging::new("/patient-answers", &[], slice, found.total),
        now: app.clock.now(),
    })
}

/// The form for one answer.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<ContactRequestId>,
) -> Answer {
    let request = awaited(&app, &user, id).await?;
    page(&form_page(&shell, request, PatientAnswer::default(), FormErrors::default()))
}

/// Checks the form, takes it back for a change, or records the answer.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<ContactRequestId>,
    Form(form): Form<PatientAnswer>,
) -> Answer {
    let request = awaited(&app, &user, id).await?;
    if form.step == "change" {
        return page(&form_page(&shell, request, form, FormErrors::default()));
    }
    if let Some(errors) = missing(&form) {
        return form_again(&form_page(&shell, request, form, errors));
    }
    if form.step != "send" {
        let layout = shell.layout("Check the patient's answer");
        return page(&CheckPage {
            layout,
            request,
            evidence: form.evidence.evidence(),
            response: form.response,
        });
    }
    let question = RecordPatientResponse {
        caller: Some(user.caller()),
        contact_request_id: id.to_string(),
        yes: form.response == "yes",
        decision: Some(form.evidence.evidence()),
    };
    match app.bus.ask(&question).await {
        Ok(_) => {
            app.audit(Some(user.id), "record_patient_answer", &id.to_string()).await?;
            Ok(Redirect::to(&format!("/contact-requests/{id}")).into_response())
        }
        Err(error) => form_again(&form_page(&shell, request, form, FormErrors::from_refusal(error)?)),
    }
}

/// The request, if it waits for the patient.
async fn awaited(app: &App, user: &CurrentUser, id: ContactRequestId) -> Result<ContactRequest, PageError> {
    user.require(&[Role::Rdbm])?;
    let question = GetContactRequest { caller: Some(user.caller()), id: id.to_string() };
    let detail = app.bus.ask(&question).await?;
    detail.contact_request.filter(|_| detail.patient_response_awaited).ok_or(PageError::NotFound)
}

fn missing(form: &PatientAnswer) -> Option<FormErrors> {
    if !matches!(form.response.as_str(), "yes" | "no") {
        return Some(FormErrors::new("response", "Choose what the patient answered"));
    }
    let unsigned = form.response == "yes" && evidence::ticked(&form.evidence.evidence()).is_empty();
    unsigned.then(|| FormErrors::new("decision", "A yes needs a signature: tick who signed"))
}

fn form_page(shell: &Shell, request: ContactRequest, form: PatientAnswer, errors: FormErrors) -> FormPage {
    let layout = shell.layout("A patient's answer");
    FormPage { layout, errors, request, evidence: form.evidence.evidence(), response: form.response }
}
