//! Consent modes: find by NHS number, history, add.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use coffer_bus::AskError;
use coffer_proto::consent::v1::{AddConsentMode, ConsentMode, ConsentModeHistory, Evidence, GetConsentMode};
use coffer_types::{NhsNumber, Role};
use prost_types::Timestamp;
use serde::Deserialize;

use super::evidence::{self, EvidenceForm};
use super::{Answer, Layout, Shell, form_again, format, page, words};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::{FormErrors, PageError, PatientAddress};

#[derive(Template)]
#[template(path = "pages/consent_modes_find.html")]
struct FindPage {
    layout: Layout,
    errors: FormErrors,
    nhs_number: String,
}

/// Who the page is about; stands on top of each of them.
struct Subject {
    address: String,
    nhs_number: String,
    name: String,
    born_on: String,
}

#[derive(Template)]
#[template(path = "pages/consent_modes.html")]
struct HistoryPage {
    layout: Layout,
    subject: Subject,
    current: Option<ConsentMode>,
    history: Vec<ConsentMode>,
}

#[derive(Template)]
#[template(path = "pages/consent_mode_new.html")]
struct NewPage {
    layout: Layout,
    errors: FormErrors,
    subject: Subject,
    values: ModeForm,
    evidence: Evidence,
}

#[derive(Template)]
#[template(path = "pages/consent_mode_check.html")]
struct CheckPage {
    layout: Layout,
    subject: Subject,
    values: ModeForm,
    evidence: Evidence,
}

/// Whom to find.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Find {
    nhs_number: String,
}

/// A new mode, in all steps of its form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ModeForm {
    mode: String,
    exclude_entirely: Option<String>,
    consent_after_discharge: Option<String>,
    max_approaches_per_year: String,
    other_requests: String,
    prefers_email: Option<String>,
    clinician_override: Option<String>,
    decided_on: String,
    skip_letter: Option<String>,
    /// check, change, send
    step: String,
    #[serde(flatten)]
    evidence: EvidenceForm,
}

/// The form to find a patient.
pub async fn find(user: CurrentUser, shell: Shell) -> Answer {
    user.require(&[Role::Rdbm])?;
    page(&FindPage {
        layout: shell.layout("Consent modes"),
        errors: FormErrors::default(),
        nhs_number: String::new(),
    })
}

/// Turns the NHS number into an address that shows nothing of it.
pub async fn find_submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(find): Form<Find>,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    match find.nhs_number.parse::<NhsNumber>() {
        Ok(number) => {
            let address = PatientAddress::seal(&app, &user, number)?;
            app.audit(Some(user.id), "look_up_consent_mode", "").await?;
            Ok(Redirect::to(&format!("/consent-modes/{address}")).into_response())
        }
        Err(error) => {
            let errors = FormErrors::new("nhs_number", error.to_string());
            let layout = shell.layout("Consent modes");
            form_again(&FindPage { layout, errors, nhs_number: find.nhs_number })
        }
    }
}

/// The current mode and all before it.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Path(address): Path<String>,
) -> Answer {
    let (subject, found) = subject(&app, &user, address).await?;
    let layout = shell.layout("Consent modes of a patient");
    page(&HistoryPage { layout, subject, current: found.current, history: found.history })
}

/// The form for a new mode.
pub async fn new(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Path(address): Path<String>,
) -> Answer {
    let (subject, _) = subject(&app, &user, address).await?;
    let form = ModeForm { decided_on: app.clock.now().date_naive().to_string(), ..ModeForm::default() };
    page(&new_page(&shell, subject, form, FormErrors::default()))
}

/// Checks the form, takes it back for a change, or adds the mode.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Path(address): Path<String>,
    Form(form): Form<ModeForm>,
) -> Answer {
    let (subject, _) = subject(&app, &user, address).await?;
    if form.step == "change" {
        return page(&new_page(&shell, subject, form, FormErrors::default()));
    }
    let consent_mode = match read(&form, app.clock.now().date_naive()) {
        Ok(consent_mode) => consent_mode,
        Err(errors) => return form_again(&new_page(&shell, subject, form, errors)),
    };
    if form.step != "send" {
        let layout = shell.layout("Check the new consent mode");
        return page(&CheckPage { layout, subject, evidence: form.evidence.evidence(), values: form });
    }
    let question = AddConsentMode {
        caller: Some(user.caller()),
        nhs_number: subject.nhs_number.clone(),
        consent_mode: Some(consent_mode),
        skip_letter: form.skip_letter.is_some(),
    };
    match app.bus.ask(&question).await {
        Ok(added) => {
            app.audit(Some(user.id), "add_consent_mode", &added.id).await?;
            Ok(Redirect::to(&format!("/consent-modes/{}", subject.address)).into_response())
        }
        Err(error) => form_again(&new_page(&shell, subject, form, mode_errors(error)?)),
    }
}

/// The patient behind the address, and what is recorded of them.
async fn subject(
    app: &App,
    user: &CurrentUser,
    address: String,
) -> Result<(Subject, ConsentModeHistory), PageError> {
    user.require(&[Role::Rdbm])?;
    let nhs_number = PatientAddress::open(app, user, &address)?.to_string();
    let question = GetConsentMode { caller: Some(user.caller()), nhs_number: nhs_number.clone() };
    let mut found = app.bus.ask(&question).await?;
    let name = std::mem::take(&mut found.patient_name);
    let born_on = std::mem::take(&mut found.patient_born_on);
    Ok((Subject { address, nhs_number, name, born_on }, found))
}

/// The paper tells the day alone. What was decided today counts from now; of an earlier day, a refusal counts
/// from its end, so that nothing else of that day outranks it.
fn decided_at(day: NaiveDate, form: &ModeForm, today: NaiveDate) -> Option<Timestamp> {
    let refuses = form.mode == "red" || form.exclude_entirely.is_some();
    let at = if refuses { day.and_hms_opt(23, 59, 59) } else { day.and_hms_opt(12, 0, 0) };
    at.filter(|_| day != today).map(|at| coffer_proto::timestamp(at.and_utc()))
}

fn read(form: &ModeForm, today: NaiveDate) -> Result<ConsentMode, FormErrors> {
    let mut errors = FormErrors::default();
    if !matches!(form.mode.as_str(), "red" | "yellow" | "green") {
        errors.add("mode", "Choose a mode");
    }
    let decided_on = form.decided_on.parse::<NaiveDate>().ok();
    if decided_on.is_none() {
        errors.add("decided_on", "Enter the day of the decision");
    }
    let approaches = form.max_approaches_per_year.trim();
    let approaches = if approaches.is_empty() { Ok(0) } else { approaches.parse() };
    if approaches.is_err() {
        errors.add("max_approaches_per_year", "Enter a number, or leave it empty for no limit");
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(ConsentMode {
        mode: form.mode.clone(),
        exclude_entirely: form.exclude_entirely.is_some(),
        consent_after_discharge: form.consent_after_discharge.is_some(),
        max_approaches_per_year: approaches.unwrap_or_default(),
        other_requests: form.other_requests.trim().to_owned(),
        prefers_email: form.prefers_email.is_some(),
        decision: Some(form.evidence.evidence()),
        clinician_override: form.clinician_override.is_some(),
        decided_at: decided_on.and_then(|day| decided_at(day, form, today)),
        ..ConsentMode::default()
    })
}

/// The fields of the contract are fields of the form, but for the day.
fn mode_errors(error: AskError) -> Result<FormErrors, PageError> {
    let AskError::Refused(mut refusal) = error else { return Err(error.into()) };
    refusal.field = refusal.field.trim_start_matches("consent_mode.").replace("decided_at", "decided_on");
    FormErrors::from_refusal(AskError::Refused(refusal))
}

fn new_page(shell: &Shell, subject: Subject, form: ModeForm, errors: FormErrors) -> NewPage {
    NewPage {
        layout: shell.layout("New consent mode"),
        errors,
        subject,
        evidence: form.evidence.evidence(),
        values: form,
    }
}
