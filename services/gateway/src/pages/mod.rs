//! Pages, one file per noun: decode, ask, render.

pub mod account;
pub mod attachment;
pub mod audit;
pub mod certificate;
pub mod clinician_answer;
pub mod consent_modes;
pub mod contact_requests;
pub mod databases;
pub mod desk;
pub mod display;
pub mod emails;
pub mod error;
pub mod evidence;
pub mod format;
pub mod highlights;
pub mod home;
pub mod layout;
pub mod letters;
pub mod markdown;
pub mod new_contact_request;
pub mod own_patient;
pub mod paging;
pub mod patient_answers;
pub mod pdf;
pub mod people;
pub mod queries;
pub mod record;
pub mod result;
pub mod run;
pub mod runs;
pub mod sign_in;
mod structure;
pub mod studies;
pub mod words;

pub use error::ErrorPage;
pub use layout::{Layout, Shell};

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};

use crate::web::PageError;

/// What a handler of a page gives.
pub type Answer = Result<Response, PageError>;

/// A page.
fn page(template: &impl Template) -> Answer {
    Ok(Html(template.render()?).into_response())
}

/// A form that comes back with its errors.
fn form_again(template: &impl Template) -> Answer {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}
