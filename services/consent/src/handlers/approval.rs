//! The researchers are told who the patient is: a letter, and the e-mail that carries it.

use coffer_letters::Basis;
use coffer_proto::consent::v1::LetterMade;
use coffer_proto::timestamp;
use coffer_types::{EmailAddress, LetterId, PatientId};
use sqlx::PgConnection;

use super::faults::Fault;
use super::notices;
use crate::app::App;
use crate::domain::clinician::Clinician;
use crate::domain::patient::Patient;
use crate::domain::study::Study;
use crate::mails::{self, Approval, Notice, request_code};
use crate::papers::{self, Paper, Permission};
use crate::store::contact_requests::RequestRow;
use crate::store::letters::{self, NewLetter};
use crate::store::mails::{About, Recipient};
use crate::store::{consent_modes, mails as stored_mails};

/// An approval to be made.
#[derive(Debug, Clone, Copy)]
pub struct Approving<'a> {
    /// The request.
    pub request: &'a RequestRow,
    /// Its study.
    pub study: &'a Study,
    /// The patient's row.
    pub patient_id: PatientId,
    /// Who the patient is.
    pub patient: &'a Patient,
    /// Everyone who looks or looked after them.
    pub clinicians: &'a [Clinician],
    /// What the permission rests on.
    pub basis: Basis,
    /// The lead researcher's checked address; none: the RDBM posts the letter.
    pub researcher: Option<&'a EmailAddress>,
}

/// Makes the letter and asks for the e-mail. The caller holds the patient's lock and has moved the request.
pub async fn approve(app: &App, tx: &mut PgConnection, approving: Approving<'_>) -> Result<(), Fault> {
    let paper = typeset(app, tx, &approving).await?;
    let letter = keep_letter(app, tx, &approving, &paper).await?;
    let Approving { request, study, researcher, .. } = approving;
    let Some(researcher) = researcher else {
        return notices::send(tx, app, Notice::ResearcherUnreachable, Some(request.id)).await;
    };
    let (code, house) = (request_code(request.id), app.mail_house());
    let lead = study.lead_researcher();
    let link = app.request_link(request.id);
    let mail = Approval { house: &house, researcher: &lead, study: &study.title, code: &code, link: &link };
    let mail = mails::compose(&mail)?.with_pdf(&format!("approval-{code}.pdf"), paper.pdf.bytes).to(
        researcher,
        &lead,
        Some(request.id),
    );
    let about =
        About { recipient: Recipient::Researcher, contact_request: Some(request.id), letter: Some(letter) };
    stored_mails::send(tx, &app.outbox, &mail, about, app.now()).await?;
    Ok(())
}

async fn typeset(app: &App, tx: &mut PgConnection, approving: &Approving<'_>) -> Result<Paper, Fault> {
    let current = consent_modes::current(tx, approving.patient_id).await?;
    let about = papers::About {
        code: &request_code(approving.request.id),
        study: approving.study,
        patient: approving.patient,
        today: app.now().date_naive(),
    };
    let permission = Permission {
        requested_on: approving.request.submitted_at.date_naive(),
        basis: approving.basis,
        clinicians: approving.clinicians,
        prefers_email: current.is_some_and(|mode| mode.prefers_email),
    };
    Ok(papers::print(&app.typesetter, papers::approval(about, permission)).await?)
}

async fn keep_letter(
    app: &App,
    tx: &mut PgConnection,
    approving: &Approving<'_>,
    paper: &Paper,
) -> Result<LetterId, Fault> {
    let letter = NewLetter {
        kind: paper.kind,
        title: &paper.title,
        contact_request: Some(approving.request.id),
        study: Some(approving.study.id),
        patient: Some(approving.patient_id),
        pdf: &paper.pdf.bytes,
        sha256: &paper.pdf.sha256,
        state: if approving.researcher.is_some() { "not_for_post" } else { "to_print" },
        rdbm_may_view: true,
    };
    made(app, tx, &letter).await
}

/// Stores a letter with its fact.
pub async fn made(app: &App, tx: &mut PgConnection, letter: &NewLetter<'_>) -> Result<LetterId, Fault> {
    let id = letters::add(tx, &app.keyring, letter, app.now()).await?;
    let fact = LetterMade {
        letter_id: id.to_string(),
        kind: letter.kind.to_owned(),
        contact_request_id: letter.contact_request.map(|id| id.to_string()).unwrap_or_default(),
        at: Some(timestamp(app.now())),
    };
    app.outbox.enqueue(tx, &fact).await?;
    Ok(id)
}
