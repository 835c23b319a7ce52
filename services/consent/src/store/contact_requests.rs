//! Contact requests: their rows, their lock, their steps.
//!
//! Whoever changes a request locks the patient first (once known), then the request.

use chrono::{DateTime, Utc};
use coffer_bus::Outbox;
use coffer_proto::consent::v1::ContactRequestChanged;
use coffer_proto::timestamp;
use coffer_store::{Keyring, Place};
use coffer_types::{ConsentModeId, ContactRequestId, EmailAddress, NhsNumber, PatientId, StudyId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::transitions::{self, Actor};
use super::{Result, StoreError};
use crate::domain::answer::Preset;
use crate::domain::patient_key::PatientKey;
use crate::domain::state::State;
use crate::domain::steps::Step;

/// A request as stored, with the title of its study. Sealed columns are read by functions of their own.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "one per column")]
pub struct RequestRow {
    /// Its id.
    pub id: ContactRequestId,
    /// The study that wants to make contact.
    pub study_id: StudyId,
    /// The study's title.
    pub study_title: String,
    /// Who asked.
    pub submitted_by: UserId,
    /// Their name.
    pub submitted_by_name: String,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// `rid`, `mrid` or `nhs_number`.
    pub key_kind: String,
    /// The research id, unless an NHS number was given.
    pub key_text: Option<String>,
    /// The researchers want to write to the patient themselves.
    pub direct_approach: bool,
    /// The certificate of the query result that the id comes from; empty if pasted.
    pub certificate_id: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// The researchers were told who the patient is, at some time.
    pub was_approved: bool,
    /// Since when.
    pub changed_at: DateTime<Utc>,
    /// The patient, once known.
    pub patient_id: Option<PatientId>,
    /// The consent mode that the decision saw.
    pub consent_mode_id: Option<ConsentModeId>,
    /// The rule that decided.
    pub rule: Option<String>,
    /// What it decided.
    pub outcome: Option<String>,
    /// Why a clinician is asked.
    pub involvement: Option<String>,
    /// The tests of the decision.
    pub steps: Option<Json<Vec<Step>>>,
    /// Rule R02.
    pub possibly_serious: bool,
    /// A yes came after the patient's no.
    pub blocked_yes: bool,
}

/// A request to be stored.
#[derive(Debug)]
pub struct NewRequest<'a> {
    /// Which study.
    pub study: StudyId,
    /// Who asks.
    pub by: UserId,
    /// Their name.
    pub by_name: &'a str,
    /// About whom.
    pub key: &'a PatientKey,
    /// The researchers want to write to the patient themselves.
    pub direct_approach: bool,
    /// Certificate of the query result, or empty.
    pub certificate_id: &'a str,
    /// Rule R16: who asks for an own patient, and the answer that they thereby gave.
    pub initiated: Option<(Preset, &'a Initiator)>,
}

/// The clinician who asks for an own patient; sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Initiator {
    /// Title and name.
    pub name: String,
    /// The account's own verified address: no other is ever written to.
    pub email: EmailAddress,
}

/// Stores a request in its first state.
pub async fn add(
    tx: &mut PgConnection,
    keyring: &Keyring,
    request: &NewRequest<'_>,
    now: DateTime<Utc>,
) -> Result<ContactRequestId> {
    let id = ContactRequestId::new();
    let sealed_number =
        request.key.nhs_number().map(|number| keyring.seal(key_place(id), number.to_string().as_bytes()));
    let initiator =
        request.initiated.map(|(_, who)| keyring.seal_json(initiator_place(id), who)).transpose()?;
    sqlx::query(
        "INSERT INTO contact_requests
            (id, study_id, submitted_by, submitted_by_name, submitted_at, key_kind, key_text, key_nhs_number,
             direct_approach, certificate_id, preset_answer, initiator, state, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $5)",
    )
    .bind(id)
    .bind(request.study)
    .bind(request.by)
    .bind(request.by_name)
    .bind(now)
    .bind(request.key.kind())
    .bind(request.key.research_id())
    .bind(sealed_number)
    .bind(request.direct_approach)
    .bind(request.certificate_id)
    .bind(request.initiated.map(|(answer, _)| answer.as_str()))
    .bind(initiator)
    .bind(State::Submitted.as_str())
    .execute(&mut *tx)
    .await?;
    let actor = Actor::User(request.by, request.by_name.to_owned());
    transitions::add(tx, id, now, ("", State::Submitted.as_str()), "", &actor).await?;
    Ok(id)
}

/// A request, without a lock.
pub async fn get(tx: &mut PgConnection, id: ContactRequestId) -> Result<Option<RequestRow>> {
    let row = sqlx::query_as(
        "SELECT r.*, s.title AS study_title FROM contact_requests r JOIN studies s ON s.id = r.study_id
         WHERE r.id = $1",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// A request, locked until the transaction ends. Lock its patient before.
pub async fn lock(tx: &mut PgConnection, id: ContactRequestId) -> Result<Option<RequestRow>> {
    let row = sqlx::query_as(
        "SELECT r.*, s.title AS study_title FROM contact_requests r JOIN studies s ON s.id = r.study_id
         WHERE r.id = $1 FOR UPDATE OF r",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// How the caller named the patient, opened.
pub async fn patient_key(
    tx: &mut PgConnection,
    keyring: &Keyring,
    request: &RequestRow,
) -> Result<PatientKey> {
    if request.key_kind != "nhs_number" {
        let text = request.key_text.as_deref().unwrap_or_default();
        return PatientKey::from_research_id(&request.key_kind, text)
            .ok_or(StoreError::Unknown("contact_requests.key_text"));
    }
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT key_nhs_number FROM contact_requests WHERE id = $1")
        .bind(request.id)
        .fetch_one(tx)
        .await?;
    let plain = keyring.open(key_place(request.id), &sealed)?;
    let number: Option<NhsNumber> = String::from_utf8(plain).ok().and_then(|text| text.parse().ok());
    number.map(PatientKey::NhsNumber).ok_or(StoreError::Unknown("contact_requests.key_nhs_number"))
}

/// Who asked for an own patient, and what they thereby answered (rule R16); none for other requests.
pub async fn initiator(
    tx: &mut PgConnection,
    keyring: &Keyring,
    id: ContactRequestId,
) -> Result<Option<(Preset, Initiator)>> {
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(
        "SELECT preset_answer, initiator FROM contact_requests
         WHERE id = $1 AND preset_answer IS NOT NULL AND initiator IS NOT NULL",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    let Some((answer, sealed)) = row else { return Ok(None) };
    let answer = Preset::parse(&answer).ok_or(StoreError::Unknown("contact_requests.preset_answer"))?;
    Ok(Some((answer, keyring.open_json(initiator_place(id), &sealed)?)))
}

/// Moves a request on, with its row in the timeline and the fact for everybody else.
pub async fn change(
    tx: &mut PgConnection,
    outbox: &Outbox,
    request: &RequestRow,
    to: State,
    reason: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    move_to(tx, request.id, (request.state, to), reason, actor, now).await?;
    let fact = ContactRequestChanged {
        contact_request_id: request.id.to_string(),
        study_id: request.study_id.to_string(),
        at: Some(timestamp(now)),
        from_state: request.state.as_str().to_owned(),
        to_state: to.as_str().to_owned(),
        reason: reason.to_owned(),
        by: actor.id(),
    };
    outbox.enqueue(tx, &fact).await?;
    Ok(())
}

/// Moves a request on without a fact, for callers that publish a more telling one.
pub async fn move_to(
    tx: &mut PgConnection,
    id: ContactRequestId,
    (from, to): (State, State),
    reason: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    if !from.may_become(to) {
        return Err(StoreError::Transition { from: from.as_str(), to: to.as_str() });
    }
    sqlx::query(
        "UPDATE contact_requests SET state = $2, changed_at = $3, closed_at = $4, was_approved = was_approved OR $5
         WHERE id = $1",
    )
    .bind(id)
    .bind(to.as_str())
    .bind(now)
    .bind(to.is_closed().then_some(now))
    .bind(to.is_approved())
    .execute(&mut *tx)
    .await?;
    transitions::add(tx, id, now, (from.as_str(), to.as_str()), reason, actor).await
}

/// Marks a yes that came after the patient's no, for the RDBM's desk.
pub async fn mark_blocked_yes(tx: &mut PgConnection, id: ContactRequestId) -> Result<()> {
    sqlx::query("UPDATE contact_requests SET blocked_yes = true WHERE id = $1").bind(id).execute(tx).await?;
    Ok(())
}

fn key_place(id: ContactRequestId) -> Place<'static> {
    Place { table: "contact_requests", column: "key_nhs_number", row: id.as_uuid() }
}

fn initiator_place(id: ContactRequestId) -> Place<'static> {
    Place { table: "contact_requests", column: "initiator", row: id.as_uuid() }
}
