//! A new contact request: paste ids, see the counts, send.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_bus::AskError;
use coffer_proto::consent::v1::{ContactRequest, ListStudies, Study, SubmitContactRequests};
use coffer_proto::query::v1::People;
use coffer_types::Role;
use serde::Deserialize;
use uuid::Uuid;

use super::{Answer, Layout, Shell, form_again, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::pasted_ids::{IdKind, PastedIds, parse};
use crate::web::{FormErrors, PageError};

const TITLE: &str = "New contact request";
/// More problems than this help nobody.
const PROBLEMS_SHOWN: usize = 10;

#[derive(Template)]
#[template(path = "pages/new_contact_request.html")]
struct FormPage {
    layout: Layout,
    errors: FormErrors,
    values: NewRequest,
    studies: Vec<Study>,
    may_use_nhs_numbers: bool,
    /// There were more people in the result than may be asked for at once.
    cut: bool,
}

#[derive(Template)]
#[template(path = "pages/new_contact_request_check.html")]
struct CheckPage {
    layout: Layout,
    values: NewRequest,
    study: Study,
    patients: usize,
    repeated: usize,
}

/// The form, in all its steps.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewRequest {
    study_id: String,
    kind: String,
    patients: String,
    direct_approach: Option<String>,
    /// The certificate of the result that the ids come from; empty: they were pasted.
    certificate_id: String,
    /// Makes a second click send nothing twice.
    key: String,
    /// check, change, send
    step: String,
}

/// A study to start with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Start {
    study: String,
}

/// The empty form.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(start): Query<Start>,
) -> Answer {
    user.require(&[Role::Researcher, Role::Rdbm])?;
    let form = NewRequest {
        study_id: start.study,
        kind: "rid".to_owned(),
        direct_approach: Some("yes".to_owned()),
        key: Uuid::now_v7().to_string(),
        ..NewRequest::default()
    };
    page(&form_page(&app, &user, &shell, form, FormErrors::default()).await?)
}

/// The form with the ids of people in a result.
pub(super) async fn of_people(app: &App, user: &CurrentUser, shell: &Shell, people: People) -> Answer {
    let form = NewRequest {
        kind: people.kind,
        patients: people.ids.join("\n"),
        direct_approach: Some("yes".to_owned()),
        certificate_id: people.certificate_id,
        key: Uuid::now_v7().to_string(),
        ..NewRequest::default()
    };
    let mut form = form_page(app, user, shell, form, FormErrors::default()).await?;
    form.cut = people.cut;
    page(&form)
}

/// Checks the form, takes it back for a change, or sends it.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(form): Form<NewRequest>,
) -> Answer {
    user.require(&[Role::Researcher, Role::Rdbm])?;
    if form.step == "change" {
        return page(&form_page(&app, &user, &shell, form, FormErrors::default()).await?);
    }
    let pasted = match read(&user, &form) {
        Ok(pasted) => pasted,
        Err(errors) => return form_again(&form_page(&app, &user, &shell, form, errors).await?),
    };
    if form.step != "send" {
        return check(&app, &user, &shell, form, &pasted).await;
    }
    match app.bus.ask(&question(&user, &form, &pasted)).await {
        Ok(answer) => Ok(Redirect::to(&after(&form, &answer.contact_requests)).into_response()),
        Err(error) => {
            let errors = FormErrors::from_refusal(name_line(error, &pasted))?;
            form_again(&form_page(&app, &user, &shell, form, errors).await?)
        }
    }
}

/// Reads what the browser sent, or says what is wrong with it.
fn read(user: &CurrentUser, form: &NewRequest) -> Result<PastedIds, FormErrors> {
    let mut errors = FormErrors::default();
    if form.study_id.is_empty() {
        errors.add("study_id", "Choose a study");
    }
    let kind =
        IdKind::parse(&form.kind).filter(|kind| *kind != IdKind::NhsNumber || user.has_any(&[Role::Rdbm]));
    let Some(kind) = kind else {
        errors.add("kind", "Choose what kind of ids these are");
        return Err(errors);
    };
    match parse(kind, &form.patients) {
        Ok(pasted) if errors.is_empty() => Ok(pasted),
        Ok(_) => Err(errors),
        Err(problems) => {
            let hidden = problems.len().saturating_sub(PROBLEMS_SHOWN);
            problems.into_iter().take(PROBLEMS_SHOWN).for_each(|problem| errors.add("patients", problem));
            if hidden > 0 {
                errors.add("patients", format!("There are {hidden} more lines like these"));
            }
            Err(errors)
        }
    }
}

async fn check(app: &App, user: &CurrentUser, shell: &Shell, form: NewRequest, pasted: &PastedIds) -> Answer {
    let study = open_studies(app, user).await?.into_iter().find(|study| study.id == form.study_id);
    let Some(study) = study else {
        let errors = FormErrors::new("study_id", "Choose a study that is open for contact requests");
        return form_again(&form_page(app, user, shell, form, errors).await?);
    };
    page(&CheckPage {
        layout: shell.layout("Check the contact requests"),
        values: form,
        study,
        patients: pasted.ids.len(),
        repeated: pasted.repeated,
    })
}

fn question(user: &CurrentUser, form: &NewRequest, pasted: &PastedIds) -> SubmitContactRequests {
    SubmitContactRequests {
        caller: Some(user.caller()),
        study_id: form.study_id.clone(),
        direct_approach: form.direct_approach.is_some(),
        patients: pasted.ids.iter().map(|id| id.key.clone()).collect(),
        idempotency_key: form.key.clone(),
        certificate_id: form.certificate_id.clone(),
    }
}

/// One request has its own page; many are found in the list.
fn after(form: &NewRequest, made: &[ContactRequest]) -> String {
    match made {
        [one] => format!("/contact-requests/{}", one.id),
        many => format!("/contact-requests?study={}&submitted={}", form.study_id, many.len()),
    }
}

/// The services count patients from 0; people look for lines.
fn name_line(error: AskError, pasted: &PastedIds) -> AskError {
    let AskError::Refused(mut refusal) = error else { return error };
    let index = refusal
        .field
        .strip_prefix("patients[")
        .and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    if let Some(id) = index.and_then(|index| pasted.ids.get(index)) {
        refusal.message = format!("Line {}, \u{201c}{}\u{201d}: {}", id.line, id.text, refusal.message);
    }
    AskError::Refused(refusal)
}

async fn open_studies(app: &App, user: &CurrentUser) -> Result<Vec<Study>, PageError> {
    let studies = app.bus.ask(&ListStudies { caller: Some(user.caller()) }).await?.studies;
    Ok(studies.into_iter().filter(|study| study.open).collect())
}

async fn form_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    form: NewRequest,
    errors: FormErrors,
) -> Result<FormPage, PageError> {
    Ok(FormPage {
        layout: shell.layout(TITLE),
        errors,
        values: form,
        studies: open_studies(app, user).await?,
        may_use_nhs_numbers: user.has_any(&[Role::Rdbm]),
        cut: false,
    })
}
