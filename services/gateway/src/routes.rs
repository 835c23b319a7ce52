//! All addresses, in one place.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tower_http::csrf::ConfigError;

use crate::app::App;
use crate::pages::queries::{completion, editor, library, library_edit, save, saved, text_anywhere};
use crate::pages::{
    account, audit, certificate, clinician_answer, consent_modes, contact_requests, databases, desk, display,
    emails, highlights, home, letters, new_contact_request, own_patient, patient_answers, people, record,
    result, run, runs, sign_in, studies,
};
use crate::web::{apply, assets};

/// Room for the pasted ids of one submission, and for a long query.
const PASTE_LIMIT: usize = 1024 * 1024;

/// The whole site.
pub fn router(app: App) -> Result<Router, ConfigError> {
    let routes = everybody()
        .merge(requests())
        .merge(research())
        .merge(clinicians())
        .merge(managers())
        .merge(query_runs())
        .merge(crate::api::routes())
        .merge(assets::routes());
    apply(routes, app)
}

fn everybody() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/account", get(account::show))
        .route("/account/display", get(display::show).post(display::submit))
        .route("/account/sessions/{id}/end", post(account::end_session))
        .route("/account/sign-out-everywhere", post(account::sign_out_everywhere))
        .route("/account/tokens", post(account::add_token))
        .route("/account/tokens/{id}/revoke", post(account::revoke_token))
}

fn requests() -> Router<App> {
    let paste = get(new_contact_request::show)
        .post(new_contact_request::submit)
        .layer(DefaultBodyLimit::max(PASTE_LIMIT));
    Router::new()
        .route("/studies", get(studies::list))
        .route("/studies/{id}", get(studies::show))
        .route("/studies/{id}/document", get(studies::document))
        .route("/contact-requests", get(contact_requests::list))
        .route("/contact-requests/new", paste)
        .route("/contact-requests/{id}", get(contact_requests::show))
        .route("/contact-requests/{id}/events", get(contact_requests::events))
}

fn research() -> Router<App> {
    Router::new()
        .route("/databases", get(databases::list).post(databases::refresh))
        .route("/databases/{name}", get(databases::show))
        .route("/databases/{name}/table", get(databases::table))
        .route("/databases/{name}/structure/{format}", get(databases::document))
        .route("/databases/{name}/completion", get(completion::names))
        .route("/highlights", get(highlights::list).post(highlights::add))
        .route("/highlights/{id}/activate", post(highlights::activate))
        .route("/highlights/{id}/deactivate", post(highlights::deactivate))
        .route("/highlights/{id}/delete", post(highlights::delete))
        .merge(writing())
}

fn writing() -> Router<App> {
    Router::new()
        .route("/queries", get(saved::list))
        .route("/queries/new", get(editor::show))
        .route("/queries/run", post(editor::submit))
        .route("/queries/parameters", post(editor::parameters))
        .route("/queries/names", get(completion::panel))
        .route("/queries/save", post(save::submit))
        .route("/queries/text-anywhere", get(text_anywhere::show).post(text_anywhere::submit))
        .route("/queries/{id}", get(saved::show))
        .route("/queries/{id}/edit", get(save::edit))
        .route("/queries/{id}/delete", get(saved::confirm_delete).post(saved::delete))
        .route("/library", get(library::list))
        .route("/library/new", get(library_edit::new).post(library_edit::add))
        .route("/library/{id}", get(library::show))
        .route("/library/{id}/run", post(library::run))
        .route("/library/{id}/edit", get(library_edit::edit).post(library_edit::change))
        .route("/library/{id}/delete", get(library::confirm_delete).post(library::delete))
        .layer(DefaultBodyLimit::max(PASTE_LIMIT))
}

fn clinicians() -> Router<App> {
    Router::new()
        .route("/own-patients/new", get(own_patient::show).post(own_patient::submit))
        .route("/answer", get(clinician_answer::show).post(clinician_answer::submit))
        .route("/answer/pack", get(clinician_answer::pack))
        .route("/answer/{token}", get(clinician_answer::enter))
}

fn query_runs() -> Router<App> {
    let people = post(people::select).layer(DefaultBodyLimit::max(PASTE_LIMIT));
    Router::new()
        .route("/runs", get(runs::list))
        .route("/runs/events", get(runs::events))
        .route("/runs/{id}", get(run::show))
        .route("/runs/{id}/events", get(run::events))
        .route("/runs/{id}/cancel", post(run::cancel))
        .route("/runs/{id}/again", post(run::again))
        .route("/runs/{id}/records/{place}", get(record::show))
        .route("/runs/{id}/certificate", get(certificate::show))
        .route("/runs/{id}/export", get(result::file))
        .route("/runs/{id}/people", people)
}

fn managers() -> Router<App> {
    Router::new()
        .route("/desk", get(desk::show))
        .route("/patient-answers", get(patient_answers::list))
        .route(
            "/contact-requests/{id}/patient-answer",
            get(patient_answers::show).post(patient_answers::submit),
        )
        .route("/letters", get(letters::list))
        .route("/letters/{id}/pdf", get(letters::open))
        .route("/letters/{id}/state", post(letters::mark))
        .route("/consent-modes", get(consent_modes::find).post(consent_modes::find_submit))
        .route("/consent-modes/{patient}", get(consent_modes::show))
        .route("/consent-modes/{patient}/new", get(consent_modes::new).post(consent_modes::submit))
        .route("/emails", get(emails::list))
        .route("/emails/{id}", get(emails::show))
        .route("/emails/{id}/resend", post(emails::resend))
        .route("/audit", get(audit::list))
        .route("/audit/verify", post(audit::verify))
}
