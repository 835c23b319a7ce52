//! The letter and e-mail by which researchers learn that a permission has ended.

use chrono::NaiveDate;
use coffer_types::ContactRequestId;
use sqlx::PgConnection;

use super::Case;
use crate::app::App;
use crate::domain::state::State;
use crate::handlers::approval::made;
use crate::handlers::faults::Fault;
use crate::handlers::notices;
use crate::mails::{self, Approval, Notice, Withdrawal, request_code};
use crate::papers::{self, About};
use crate::store::letters::NewLetter;
use crate::store::mails::{About as MailAbout, Recipient};
use crate::store::{mails as stored_mails, transitions};

/// Makes both. Where the researcher cannot be reached by e-mail, the RDBM posts the letter.
pub(super) async fn make(app: &App, tx: &mut PgConnection, id: ContactRequestId) -> Result<(), Fault> {
    let case = &Case::lock(app, tx, id).await?;
    let (code, today) = (request_code(case.request.id), app.now().date_naive());
    let permitted_on = permitted_on(tx, case).await?.unwrap_or(today);
    let about = About { code: &code, study: &case.study, patient: &case.snapshot.patient, today };
    let paper = papers::print(&app.typesetter, papers::withdrawal(about, permitted_on)).await?;
    let researcher = case.researcher(app);
    let letter = NewLetter {
        kind: paper.kind,
        title: &paper.title,
        contact_request: Some(case.request.id),
        study: Some(case.study.id),
        patient: Some(case.patient),
        pdf: &paper.pdf.bytes,
        sha256: &paper.pdf.sha256,
        state: if researcher.is_some() { "not_for_post" } else { "to_print" },
        rdbm_may_view: true,
    };
    let letter = made(app, tx, &letter).await?;
    let Some(researcher) = researcher else {
        return notices::send(tx, app, Notice::ResearcherUnreachable, Some(case.request.id)).await;
    };
    let (house, lead) = (app.mail_house(), case.study.lead_researcher());
    let link = app.request_link(case.request.id);
    let approval =
        Approval { house: &house, researcher: &lead, study: &case.study.title, code: &code, link: &link };
    let mail = mails::compose(&Withdrawal::of(&approval, permitted_on))?
        .with_pdf(&format!("withdrawal-{code}.pdf"), paper.pdf.bytes)
        .to(&researcher, &lead, Some(case.request.id));
    let about = MailAbout {
        recipient: Recipient::Researcher,
        contact_request: Some(case.request.id),
        letter: Some(letter),
    };
    stored_mails::send(tx, &app.outbox, &mail, about, app.now()).await?;
    Ok(())
}

/// The day of the approval that ends.
async fn permitted_on(tx: &mut PgConnection, case: &Case) -> Result<Option<NaiveDate>, Fault> {
    let steps = transitions::of_request(tx, case.request.id).await?;
    let approved = |word: &str| State::parse(word).is_some_and(State::is_approved);
    Ok(steps.iter().find(|step| approved(&step.to_state)).map(|step| step.at.date_naive()))
}
