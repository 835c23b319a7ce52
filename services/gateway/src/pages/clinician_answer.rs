//! The page behind the link of a clinician's e-mail. No sign-in: the token is the right to answer.
//! Nothing but the POST changes anything, whoever fetches the link.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect};
use axum_extra::extract::CookieJar;
use coffer_bus::AskError;
use coffer_proto::consent::v1::{
    AnswerClinicianQuestion, ClinicianQuestion, GetClinicianPack, OpenClinicianQuestion, Patient,
};
use serde::Deserialize;

use super::{Answer, Layout, Shell, form_again, format, page, pdf};
use crate::app::App;
use crate::web::{FormErrors, PageError};

const TITLE: &str = "Contact about research";

/// An answer that a clinician may choose.
struct Choice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

const CHOICES: [Choice; 6] = [
    Choice {
        value: "R",
        label: "Yes: the research database manager writes to the patient",
        hint: "You need do nothing more.",
    },
    Choice {
        value: "A",
        label: "Yes: I pass the study's pack on myself",
        hint: "You can open the pack for printing on the next page.",
    },
    Choice {
        value: "B",
        label: "No: contact is not in the patient's interest",
        hint: "Please give the reason below.",
    },
    Choice {
        value: "C",
        label: "No: the patient is not eligible for this study",
        hint: "Please give the reason below.",
    },
    Choice {
        value: "D",
        label: "No: the patient has died, was discharged, or the record is wrong",
        hint: "Please give the reason below.",
    },
    Choice { value: "not_mine", label: "This is not my patient", hint: "We ask another clinician." },
];

#[derive(Template)]
#[template(path = "pages/clinician_question.html")]
struct QuestionPage {
    layout: Layout,
    errors: FormErrors,
    values: ClinicianForm,
    question: ClinicianQuestion,
    involvement: &'static str,
    patient: Patient,
    choices: Vec<&'static Choice>,
}

/// Answered, expired, withdrawn, replaced: nothing identifiable stands here.
#[derive(Template)]
#[template(path = "pages/clinician_question_closed.html")]
struct ClosedPage {
    layout: Layout,
    heading: &'static str,
    text: &'static str,
    pack_ready: bool,
}

/// What the clinician sends back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClinicianForm {
    answer: String,
    reason: String,
    name: String,
    nonce: String,
}

/// Takes the token out of the address: it moves to a cookie that only these pages see.
pub async fn enter(State(app): State<App>, Path(token): Path<String>, jar: CookieJar) -> Answer {
    Ok((jar.add(app.cookies().answer(token)), Redirect::to("/answer")).into_response())
}

/// The question, or why it cannot be answered any more.
pub async fn show(State(app): State<App>, shell: Shell, jar: CookieJar) -> Answer {
    let Some(token) = token(&app, &jar) else { return no_link(&shell) };
    let question = open(&app, token).await?;
    if question.state != "open" {
        return closed(&shell, &question);
    }
    page(&question_page(&shell, question, ClinicianForm::default(), FormErrors::default()))
}

/// Answers, once.
pub async fn submit(
    State(app): State<App>,
    shell: Shell,
    jar: CookieJar,
    Form(form): Form<ClinicianForm>,
) -> Answer {
    let Some(token) = token(&app, &jar) else { return no_link(&shell) };
    let errors = match missing(&form) {
        errors if !errors.is_empty() => errors,
        _ => match app.bus.ask(&answer(&token, &form)).await {
            Ok(_) => return Ok(Redirect::to("/answer").into_response()),
            Err(error) => answer_errors(error)?,
        },
    };
    let question = open(&app, token).await?;
    if question.state != "open" {
        return closed(&shell, &question);
    }
    form_again(&question_page(&shell, question, form, errors))
}

/// The pack to hand over, for a clinician who chose so.
pub async fn pack(State(app): State<App>, jar: CookieJar) -> Answer {
    let token = token(&app, &jar).ok_or(PageError::NotFound)?;
    let document = app.bus.ask(&GetClinicianPack { token }).await?;
    app.audit(None, "open_clinician_pack", &document.sha256).await?;
    Ok(pdf::show(document))
}

fn token(app: &App, jar: &CookieJar) -> Option<String> {
    jar.get(app.cookies().answer).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
}

async fn open(app: &App, token: String) -> Result<ClinicianQuestion, PageError> {
    Ok(app.bus.ask(&OpenClinicianQuestion { token }).await?)
}

fn missing(form: &ClinicianForm) -> FormErrors {
    let mut errors = FormErrors::default();
    if !CHOICES.iter().any(|choice| choice.value == form.answer) {
        errors.add("answer", "Choose an answer");
    }
    if matches!(form.answer.as_str(), "B" | "C" | "D") && form.reason.trim().is_empty() {
        errors.add("reason", "Enter the reason");
    }
    if form.name.trim().is_empty() {
        errors.add("name", "Enter your name");
    }
    errors
}

/// A page that is too old has no field to mend: the whole form is to be read again.
fn answer_errors(error: AskError) -> Result<FormErrors, PageError> {
    let AskError::Refused(mut refusal) = error else { return Err(error.into()) };
    if refusal.field == "nonce" {
        refusal.field.clear();
    }
    FormErrors::from_refusal(AskError::Refused(refusal))
}

fn answer(token: &str, form: &ClinicianForm) -> AnswerClinicianQuestion {
    AnswerClinicianQuestion {
        token: token.to_owned(),
        nonce: form.nonce.clone(),
        answer: form.answer.clone(),
        reason: form.reason.trim().to_owned(),
        name: form.name.trim().to_owned(),
    }
}

fn question_page(
    shell: &Shell,
    mut question: ClinicianQuestion,
    form: ClinicianForm,
    errors: FormErrors,
) -> QuestionPage {
    let patient = question.patient.take().unwrap_or_default();
    let choices = CHOICES.iter().filter(|choice| choice.value != "R" || question.may_pass_to_rdbm).collect();
    let involvement = match question.involvement.as_str() {
        "requested_by_researchers" => "The researchers wish that a clinician takes part",
        "required_by_yellow" => "The patient wishes that a clinician is asked first",
        _ => "The patient's wish is not known",
    };
    QuestionPage {
        layout: shell.layout(TITLE),
        errors,
        values: form,
        question,
        involvement,
        patient,
        choices,
    }
}

fn closed(shell: &Shell, question: &ClinicianQuestion) -> Answer {
    let (heading, text) = match question.state.as_str() {
        "answered" => (
            "Thank you, your answer is recorded",
            "There is nothing more to do. An answer cannot be given twice.",
        ),
        "expired" => (
            "This link has expired",
            "The time for an answer is over. The research database manager has been told.",
        ),
        "withdrawn" => (
            "An answer is no longer needed",
            "The request has ended, so nobody will be contacted because of it.",
        ),
        _ => ("This link has been replaced", "Please use the link in our newest e-mail about this request."),
    };
    page(&ClosedPage { layout: shell.layout(TITLE), heading, text, pack_ready: question.pack_ready })
}

fn no_link(shell: &Shell) -> Answer {
    let page = ClosedPage {
        layout: shell.layout(TITLE),
        heading: "Open the link in your e-mail again",
        text: "This page stays open for half an hour. The link in the e-mail opens it again.",
        pack_ready: false,
    };
    Ok((StatusCode::NOT_FOUND, Html(page.render()?)).into_response())
}
