//! Studies as their researchers see them.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    Document, GetStudy, GetStudyDocument, ListStudies, Study as StudyMessage, StudyList,
};
use coffer_proto::date;
use coffer_types::{Role, StudyId};
use sqlx::PgConnection;

use super::caller::{Person, id};
use crate::app::App;
use crate::domain::study::Study;
use crate::store::studies;
use crate::store::study_documents::{self, StudyDocument};

/// Answers [`ListStudies`]: own studies for researchers; all for the RDBM, admins and clinicians.
pub async fn list(app: App, question: ListStudies) -> Result<StudyList, Refusal> {
    let person = Person::read(question.caller)?;
    let only = (!sees_every_study(&person)).then_some(person.id);
    let mut tx = app.begin().await?;
    let rows = studies::list(&mut tx, only).await?;
    Ok(StudyList { studies: rows.iter().map(|row| message(&app, &row.study())).collect() })
}

/// Answers [`GetStudy`].
pub async fn get(app: App, question: GetStudy) -> Result<StudyMessage, Refusal> {
    let person = Person::read(question.caller)?;
    let mut tx = app.begin().await?;
    let study = find(&mut tx, &person, &question.id).await?;
    Ok(message(&app, &study))
}

/// Answers [`GetStudyDocument`].
pub async fn document(app: App, question: GetStudyDocument) -> Result<Document, Refusal> {
    let person = Person::read(question.caller)?;
    let mut tx = app.begin().await?;
    let study = find(&mut tx, &person, &question.id).await?;
    let row = study_documents::of_study(&mut tx, study.id, StudyDocument::Details)
        .await?
        .ok_or_else(|| Refusal::not_found("This study has no details document."))?;
    Ok(Document { file_name: format!("study-{}.pdf", study.number), pdf: row.pdf, sha256: row.sha256 })
}

/// The study, if the person may see it: a foreign study looks like none at all.
pub(super) async fn find(tx: &mut PgConnection, person: &Person, text: &str) -> Result<Study, Refusal> {
    let unknown = || Refusal::not_found("There is no such study.");
    let id: StudyId = id(text, "study_id")?;
    let row = studies::get(tx, id).await?.ok_or_else(unknown)?;
    if sees_every_study(person) || studies::is_researcher(tx, id, person.id).await? {
        Ok(row.study())
    } else {
        Err(unknown())
    }
}

/// Clinicians put own patients into any study.
fn sees_every_study(person: &Person) -> bool {
    person.sees_all() || person.is(Role::Clinician)
}

fn message(app: &App, study: &Study) -> StudyMessage {
    let closed = study.closed_reason(app.now().date_naive());
    StudyMessage {
        id: study.id.to_string(),
        number: study.number,
        title: study.title.clone(),
        lead_researcher: study.lead_researcher(),
        summary: study.summary.clone(),
        direct_approach: study.direct_approach,
        open: closed.is_none(),
        closed_reason: closed.unwrap_or_default(),
        clinical_trial: study.clinical_trial,
        include_under16: study.include_under16,
        include_lack_capacity: study.include_lack_capacity,
        include_discharged: study.include_discharged,
        extra_form: study.extra_form,
        ends_on: date(study.ends_on),
    }
}
