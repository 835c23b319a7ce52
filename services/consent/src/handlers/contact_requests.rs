//! Contact requests in lists and in full, each in the words that the reader's role may read.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    ContactRequest, ContactRequestDetail, ContactRequestList, DecisionStep, EmailRow, GetContactRequest,
    ListAwaitedResponses, ListContactRequests, TimelineEntry,
};
use coffer_proto::timestamp;
use coffer_types::{ContactRequestId, Role};
use sqlx::PgConnection;

use super::caller::{Person, id, slice};
use super::letters;
use crate::app::App;
use crate::domain::state::{State, Status};
use crate::domain::steps::Step;
use crate::domain::timeline::{Reader, Transition};
use crate::store::contact_requests::{self, RequestRow};
use crate::store::mails::MailRow;
use crate::store::request_lists::{self, Filter};
use crate::store::transitions::TransitionRow;
use crate::store::{letters as stored_letters, mails, responses, studies, transitions};

/// Answers [`ListContactRequests`].
pub async fn list(app: App, question: ListContactRequests) -> Result<ContactRequestList, Refusal> {
    let person = Person::read(question.caller)?;
    let study = if question.study_id.is_empty() { None } else { Some(id(&question.study_id, "study_id")?) };
    let states = states(&question.status, &person)?;
    let (offset, limit) = slice(question.page);
    let filter = Filter {
        reader: (!person.sees_all()).then_some(person.id),
        study,
        states: states.as_ref(),
        search: question.search.trim(),
        offset,
        limit,
    };
    let mut tx = app.begin().await?;
    let (rows, total) = request_lists::list(&mut tx, &filter).await?;
    Ok(list_message(&rows, total, &person))
}

/// Answers [`ListAwaitedResponses`].
pub async fn awaited(app: App, question: ListAwaitedResponses) -> Result<ContactRequestList, Refusal> {
    let person = Person::read(question.caller)?;
    person.must_be(Role::Rdbm)?;
    let (offset, limit) = slice(question.page);
    let mut tx = app.begin().await?;
    let (rows, total) = request_lists::awaited(&mut tx, offset, limit).await?;
    Ok(list_message(&rows, total, &person))
}

/// Answers [`GetContactRequest`]: a foreign request looks like none at all.
pub async fn get(app: App, question: GetContactRequest) -> Result<ContactRequestDetail, Refusal> {
    let person = Person::read(question.caller)?;
    let unknown = || Refusal::not_found("There is no such contact request.");
    let id: ContactRequestId = id(&question.id, "id")?;
    let mut tx = app.begin().await?;
    let row = contact_requests::get(&mut tx, id).await?.ok_or_else(unknown)?;
    if !may_see(&mut tx, &person, &row).await? {
        return Err(unknown());
    }
    let steps = transitions::of_request(&mut tx, id).await?;
    let detail = ContactRequestDetail {
        contact_request: Some(message(&row, &person)),
        timeline: timeline(&steps, reader(&person)),
        ..ContactRequestDetail::default()
    };
    if person.sees_all() { full(&mut tx, row, detail, &person).await } else { Ok(detail) }
}

/// A request as it stands in lists.
pub fn message(row: &RequestRow, person: &Person) -> ContactRequest {
    let (status, changed_at) = if person.sees_all() {
        (row.state.as_str(), row.changed_at)
    } else {
        // When something happened inside would tell what happened: researchers see the end's moment alone.
        let changed_at = if row.state.is_closed() { row.changed_at } else { row.submitted_at };
        (row.state.status(row.was_approved).as_str(), changed_at)
    };
    ContactRequest {
        id: row.id.to_string(),
        study_id: row.study_id.to_string(),
        study_title: row.study_title.clone(),
        patient_key: row.key_text.clone().unwrap_or_default(),
        status: status.to_owned(),
        submitted_at: Some(timestamp(row.submitted_at)),
        changed_at: Some(timestamp(changed_at)),
        submitted_by: row.submitted_by_name.clone(),
        direct_approach: row.direct_approach,
        certificate_id: row.certificate_id.clone(),
    }
}

/// What the RDBM and admins see beyond the timeline.
async fn full(
    tx: &mut PgConnection,
    row: RequestRow,
    detail: ContactRequestDetail,
    person: &Person,
) -> Result<ContactRequestDetail, Refusal> {
    let may_open = person.is(Role::Rdbm);
    let letters = stored_letters::of_request(tx, row.id).await?;
    Ok(ContactRequestDetail {
        rule: row.rule.unwrap_or_default(),
        outcome: row.outcome.unwrap_or_default(),
        steps: row.steps.map(|steps| steps.iter().map(step).collect()).unwrap_or_default(),
        letters: letters.iter().map(|row| letters::message(row, may_open && row.rdbm_may_view)).collect(),
        emails: mails::of_request(tx, row.id).await?.iter().map(email).collect(),
        patient_response_awaited: responses::is_awaited(tx, row.id).await?,
        possibly_serious: row.possibly_serious,
        ..detail
    })
}

async fn may_see(tx: &mut PgConnection, person: &Person, row: &RequestRow) -> Result<bool, Refusal> {
    let own = person.sees_all() || row.submitted_by == person.id;
    Ok(own || studies::is_researcher(tx, row.study_id, person.id).await?)
}

/// The states behind a status, for requests that were never and that were once approved; none for all.
fn states(status: &str, person: &Person) -> Result<Option<[Vec<&'static str>; 2]>, Refusal> {
    if status.is_empty() {
        return Ok(None);
    }
    let unknown = || Refusal::invalid("status", "There is no such status.");
    if person.sees_all() {
        let state = State::parse(status).ok_or_else(unknown)?.as_str();
        return Ok(Some([vec![state], vec![state]]));
    }
    let wanted = Status::parse(status).ok_or_else(unknown)?;
    Ok(Some([false, true].map(|was_approved| {
        let fits = |state: &&State| state.status(was_approved) == wanted;
        State::ALL.iter().filter(fits).map(|state| state.as_str()).collect()
    })))
}

fn reader(person: &Person) -> Reader {
    if person.sees_all() { Reader::Rdbm } else { Reader::Researcher }
}

fn timeline(rows: &[TransitionRow], reader: Reader) -> Vec<TimelineEntry> {
    rows.iter().filter_map(|row| timeline_entry(row, reader)).collect()
}

fn timeline_entry(row: &TransitionRow, reader: Reader) -> Option<TimelineEntry> {
    let step = Transition {
        from: State::parse(&row.from_state),
        to: State::parse(&row.to_state)?,
        reason: &row.reason,
    };
    let entry = step.entry(reader)?;
    Some(TimelineEntry {
        at: Some(timestamp(row.at)),
        title: entry.title.to_owned(),
        text: entry.text.to_owned(),
        who: if entry.shows_who { row.who.clone() } else { String::new() },
    })
}

fn list_message(rows: &[RequestRow], total: i64, person: &Person) -> ContactRequestList {
    ContactRequestList {
        contact_requests: rows.iter().map(|row| message(row, person)).collect(),
        total: u32::try_from(total).unwrap_or(u32::MAX),
    }
}

fn step(step: &Step) -> DecisionStep {
    DecisionStep {
        rule: step.rule.as_str().to_owned(),
        result: step.result.as_str().to_owned(),
        sentence: step.sentence.clone(),
        inputs: step.inputs.clone().into_iter().collect(),
    }
}

fn email(row: &MailRow) -> EmailRow {
    EmailRow {
        id: row.email_id.to_string(),
        kind: row.kind.clone(),
        state: row.state.clone(),
        at: Some(timestamp(row.changed_at)),
        to: row.recipient_role.clone(),
    }
}
