//! The RDBM's print queue: list, open (audited), mark as printed or posted.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    Document, LetterChanged, LetterList, LetterRow as LetterMessage, ListLetters, MarkLetter, OpenLetter,
};
use coffer_proto::timestamp;
use coffer_types::{LetterId, Role};
use sqlx::PgConnection;

use super::caller::{Person, id, slice};
use super::guard;
use crate::app::App;
use crate::domain::state::State;
use crate::store::audit::{self, IdentityView};
use crate::store::letters::{self, LetterRow};
use crate::store::{Result as StoreResult, StoreError, contact_requests, patients, studies};

/// The states of the queue, in order.
const STATES: [&str; 3] = ["to_print", "printed", "posted"];

/// Answers [`ListLetters`].
pub async fn list(app: App, question: ListLetters) -> Result<LetterList, Refusal> {
    Person::read(question.caller)?.must_be(Role::Rdbm)?;
    if !question.state.is_empty() && !STATES.contains(&question.state.as_str()) {
        return Err(Refusal::invalid("state", "The state must be to_print, printed or posted."));
    }
    let (offset, limit) = slice(question.page);
    let mut tx = app.begin().await?;
    let (rows, total) = letters::list(&mut tx, &question.state, offset, limit).await?;
    Ok(LetterList {
        letters: rows.iter().map(|row| message(row, row.rdbm_may_view)).collect(),
        total: u32::try_from(total).unwrap_or(u32::MAX),
    })
}

/// Answers [`OpenLetter`]: the view is recorded before the PDF is shown.
pub async fn open(app: App, question: OpenLetter) -> Result<Document, Refusal> {
    let person = Person::read(question.caller)?;
    let mut tx = app.begin().await?;
    let letter = find(&mut tx, &question.id).await?;
    if !may_open(&mut tx, &person, &letter).await? {
        return Err(unknown_letter());
    }
    let pdf = letters::pdf(&mut tx, &app.keyring, letter.id).await?;
    let view = IdentityView {
        actor: &person.actor(),
        what: "letter",
        purpose: "opened a letter",
        contact_request: letter.contact_request_id,
        patient: letter.patient_id,
        letter: Some(letter.id),
    };
    audit::record(&mut tx, &view, app.now()).await?;
    app.commit(tx).await?;
    Ok(Document { file_name: format!("{}-{}.pdf", letter.kind, letter.id), pdf, sha256: letter.sha256 })
}

/// Answers [`MarkLetter`].
pub async fn mark(app: App, question: MarkLetter) -> Result<LetterMessage, Refusal> {
    let person = Person::read(question.caller)?;
    person.must_be(Role::Rdbm)?;
    let from: &[&str] = match question.state.as_str() {
        "printed" => &["to_print"],
        "posted" => &["to_print", "printed"],
        _ => return Err(Refusal::invalid("state", "A letter is marked as printed or as posted.")),
    };
    let mut tx = app.begin().await?;
    let letter = find(&mut tx, &question.id).await?;
    if !letter.rdbm_may_view {
        return Err(unknown_letter());
    }
    let now = app.now();
    if let Some(patient) = letter.patient_id {
        patients::lock_by_id(&mut tx, patient).await?;
    }
    if !is_in_force(&mut tx, &letter).await? {
        return Err(Refusal::conflict("This permission has ended. Please do not post this letter."));
    }
    if !letters::mark(&mut tx, letter.id, from, &question.state, person.id, now).await? {
        return Err(Refusal::conflict("This letter has been marked already, or is not for post."));
    }
    if letter.kind == "pack" && question.state == "posted" {
        posted(&app, &mut tx, &letter, &person).await?;
    }
    let fact = LetterChanged {
        letter_id: letter.id.to_string(),
        state: question.state.clone(),
        at: Some(timestamp(now)),
        by_user_id: person.id.to_string(),
    };
    app.outbox.enqueue(&mut tx, &fact).await.map_err(StoreError::from)?;
    app.commit(tx).await?;
    Ok(message(&LetterRow { state: question.state, ..letter }, true))
}

/// A posted pack moves its request on.
async fn posted(app: &App, tx: &mut PgConnection, letter: &LetterRow, person: &Person) -> StoreResult<()> {
    let Some(id) = letter.contact_request_id else { return Ok(()) };
    let request = contact_requests::lock(tx, id).await?;
    if let Some(request) = request.filter(|request| request.state.may_become(State::Posted)) {
        let by = person.actor();
        contact_requests::change(tx, &app.outbox, &request, State::Posted, "", &by, app.now()).await?;
    }
    Ok(())
}

/// A letter as it stands in lists.
pub fn message(row: &LetterRow, may_open: bool) -> LetterMessage {
    LetterMessage {
        id: row.id.to_string(),
        kind: row.kind.clone(),
        title: row.title.clone(),
        contact_request_id: row.contact_request_id.map(|id| id.to_string()).unwrap_or_default(),
        made_at: Some(timestamp(row.made_at)),
        state: row.state.clone(),
        sha256: row.sha256.clone(),
        may_open,
    }
}

/// The RDBM opens what is for the RDBM; researchers open the letters to researchers of their own studies.
async fn may_open(tx: &mut PgConnection, person: &Person, letter: &LetterRow) -> Result<bool, Refusal> {
    if person.is(Role::Rdbm) {
        return Ok(letter.rdbm_may_view);
    }
    let to_researcher = matches!(letter.kind.as_str(), "approval" | "withdrawal");
    match letter.study_id {
        Some(study) if to_researcher && person.is(Role::Researcher) => {
            Ok(studies::is_researcher(tx, study, person.id).await? && is_in_force(tx, letter).await?)
        }
        _ => Ok(false),
    }
}

/// An approval that was withdrawn shows nobody's identity any more.
async fn is_in_force(tx: &mut PgConnection, letter: &LetterRow) -> StoreResult<bool> {
    match letter.contact_request_id {
        Some(request) if letter.kind == "approval" => Ok(guard::approval(tx, request).await?.is_none()),
        _ => Ok(true),
    }
}

async fn find(tx: &mut PgConnection, text: &str) -> Result<LetterRow, Refusal> {
    let id: LetterId = id(text, "id")?;
    letters::get(tx, id).await?.ok_or_else(unknown_letter)
}

fn unknown_letter() -> Refusal {
    Refusal::not_found("There is no such letter.")
}
