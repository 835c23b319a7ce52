//! A clinician's own patient into a study.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::consent::v1::{InitiateContactRequest, ListStudies, Study};
use coffer_types::{NhsNumber, Role};
use serde::Deserialize;
use uuid::Uuid;

use super::{Answer, Layout, Shell, form_again, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::{FormErrors, PageError};

#[derive(Template)]
#[template(path = "pages/own_patient.html")]
struct OwnPatientPage {
    layout: Layout,
    errors: FormErrors,
    values: OwnPatient,
    studies: Vec<Study>,
}

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OwnPatient {
    study_id: String,
    nhs_number: String,
    /// rdbm or clinician
    pass_on: String,
    /// Makes a second click send nothing twice.
    key: String,
}

/// The empty form.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    user.require(&[Role::Clinician])?;
    let form = OwnPatient { key: Uuid::now_v7().to_string(), ..OwnPatient::default() };
    page(&form_page(&app, &user, &shell, form, FormErrors::default()).await?)
}

/// Makes the request.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(form): Form<OwnPatient>,
) -> Answer {
    user.require(&[Role::Clinician])?;
    let errors = match read(&user, &form) {
        Err(errors) => errors,
        Ok(question) => match app.bus.ask(&question).await {
            Ok(made) => {
                app.audit(Some(user.id), "initiate_contact_request", &made.id).await?;
                return Ok(Redirect::to(&format!("/contact-requests/{}", made.id)).into_response());
            }
            Err(error) => FormErrors::from_refusal(error)?,
        },
    };
    form_again(&form_page(&app, &user, &shell, form, errors).await?)
}

fn read(user: &CurrentUser, form: &OwnPatient) -> Result<InitiateContactRequest, FormErrors> {
    let mut errors = FormErrors::default();
    if form.study_id.is_empty() {
        errors.add("study_id", "Choose a study");
    }
    let nhs_number = match form.nhs_number.parse::<NhsNumber>() {
        Ok(number) => number.to_string(),
        Err(error) => {
            errors.add("nhs_number", error.to_string());
            String::new()
        }
    };
    if !matches!(form.pass_on.as_str(), "rdbm" | "clinician") {
        errors.add("pass_on", "Choose who passes the study's pack on");
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(InitiateContactRequest {
        caller: Some(user.caller()),
        study_id: form.study_id.clone(),
        nhs_number,
        pass_to_rdbm: form.pass_on == "rdbm",
        idempotency_key: form.key.clone(),
    })
}

async fn form_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    form: OwnPatient,
    errors: FormErrors,
) -> Result<OwnPatientPage, PageError> {
    let studies = app.bus.ask(&ListStudies { caller: Some(user.caller()) }).await?.studies;
    let studies = studies.into_iter().filter(|study| study.open).collect();
    Ok(OwnPatientPage { layout: shell.layout("Own patient into a study"), errors, values: form, studies })
}
