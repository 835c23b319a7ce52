//! The RDBM's view of a patient's consent: what counts now with all that came before, and a new decision.

use chrono::{DateTime, SubsecRound as _, Utc};
use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    AddConsentMode, ConsentMode, ConsentModeHistory, Evidence as EvidenceMessage, GetConsentMode,
};
use coffer_proto::{date, moment, timestamp};
use coffer_types::{NhsNumber, PatientId, Role};
use sqlx::PgConnection;

use super::caller::Person;
use super::faults::Fault;
use super::mode_changes;
use crate::app::App;
use crate::domain::evidence::Evidence;
use crate::domain::mode::{CurrentMode, Mode};
use crate::domain::patient::AgeBand;
use crate::ports::clinical_source::ClinicalRecord;
use crate::store::audit::{self, IdentityView};
use crate::store::consent_modes::{self, ModeRow};
use crate::store::{Result as StoreResult, patients};

/// Longest free text about a decision.
const LONGEST_REQUESTS: usize = 2_000;

/// Answers [`GetConsentMode`], after taking over a newer decision from the clinical record.
pub async fn get(app: App, question: GetConsentMode) -> Result<ConsentModeHistory, Refusal> {
    let person = Person::read(question.caller)?;
    person.must_be(Role::Rdbm)?;
    let number = number(&question.nhs_number)?;
    let record = app.clinical_source.find(number).await?;
    let mut tx = app.begin().await?;
    let patient = known_patient(&app, &mut tx, number, record.as_ref()).await?;
    let rows = match patient {
        Some(patient) => consent_modes::history(&mut tx, patient).await?,
        None => Vec::new(),
    };
    let view = IdentityView {
        actor: &person.actor(),
        what: "consent_mode",
        purpose: "looked up a consent mode",
        contact_request: None,
        patient,
        letter: None,
    };
    audit::record(&mut tx, &view, app.now()).await?;
    app.commit(tx).await?;

    let history = rows.iter().map(|row| message(&app, row)).collect::<StoreResult<Vec<_>>>()?;
    Ok(ConsentModeHistory {
        current: history.iter().find(|mode| mode.current).cloned(),
        history,
        patient_name: record.as_ref().map(|record| record.patient.name()).unwrap_or_default(),
        patient_born_on: date(record.and_then(|record| record.patient.born_on)),
    })
}

/// Answers [`AddConsentMode`].
pub async fn add(app: App, question: AddConsentMode) -> Result<ConsentMode, Refusal> {
    let person = Person::read(question.caller)?;
    person.must_be(Role::Rdbm)?;
    let number = number(&question.nhs_number)?;
    let asked = question
        .consent_mode
        .ok_or_else(|| Refusal::invalid("consent_mode", "No consent mode was given."))?;
    let record = match app.clinical_source.find(number).await {
        // A patient's no is never kept waiting for another system.
        Err(error) if is_refusal(&asked) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a refusal is recorded without the record"
            );
            None
        }
        found => found?,
    };
    let age =
        record.as_ref().map_or(AgeBand::Unknown, |record| record.patient.age_band(app.now().date_naive()));
    check_evidence(&app, &asked, age)?;

    let mut tx = app.begin().await?;
    let patient = patients::lock(&mut tx, &app.keyring, number, app.now()).await?;
    if let Some(record) = &record {
        mode_changes::refresh(&app, &mut tx, patient, record).await?;
    }
    let row = row(&app, &person, patient, &asked, question.skip_letter)?;
    let row = mode_changes::add(&app, &mut tx, row, number, &person.actor()).await?;
    app.commit(tx).await?;
    Ok(message(&app, &row)?)
}

/// Whether the patient says no.
fn is_refusal(asked: &ConsentMode) -> bool {
    asked.exclude_entirely || Mode::parse(&asked.mode) == Some(Mode::Red)
}

/// The patient with refreshed consent; none when nobody knows the number.
async fn known_patient(
    app: &App,
    tx: &mut PgConnection,
    number: NhsNumber,
    record: Option<&ClinicalRecord>,
) -> Result<Option<PatientId>, Fault> {
    let Some(record) = record else { return Ok(patients::find(tx, &app.keyring, number).await?) };
    let patient = patients::lock(tx, &app.keyring, number, app.now()).await?;
    mode_changes::refresh(app, tx, patient, record).await?;
    Ok(Some(patient))
}

fn number(text: &str) -> Result<NhsNumber, Refusal> {
    text.parse().map_err(|error| Refusal::invalid("nhs_number", format!("Not accepted: {error}.")))
}

/// A decision needs valid evidence, unless a clinician overrides, which stays marked for ever.
fn check_evidence(app: &App, asked: &ConsentMode, age: AgeBand) -> Result<(), Refusal> {
    let strict = app.settings.process.under16_strict;
    if asked.clinician_override || evidence(asked.decision.as_ref()).is_valid(age, strict) {
        return Ok(());
    }
    Err(Refusal::invalid("consent_mode.decision", insufficient(age, strict)))
}

/// Why signatures do not suffice.
pub(super) fn insufficient(age: AgeBand, strict: bool) -> &'static str {
    if strict && age.is_under_16() {
        "The patient is under 16: two of patient, parent and clinician have to sign."
    } else {
        "The patient has to sign or authorise this; or representative and clinician, if the patient lacks \
         capacity; or two of patient, parent and clinician, if the patient is under 16."
    }
}

/// The six ticks; all empty when none were sent.
pub(super) fn evidence(message: Option<&EvidenceMessage>) -> Evidence {
    message.map_or_else(Evidence::default, |ticks| Evidence {
        signed_by_patient: ticks.signed_by_patient,
        otherwise_authorised_by_patient: ticks.otherwise_authorised_by_patient,
        under16_signed_by_parent: ticks.under16_signed_by_parent,
        under16_signed_by_clinician: ticks.under16_signed_by_clinician,
        lack_capacity_signed_by_representative: ticks.lack_capacity_signed_by_representative,
        lack_capacity_signed_by_clinician: ticks.lack_capacity_signed_by_clinician,
    })
}

fn row(
    app: &App,
    person: &Person,
    patient: PatientId,
    asked: &ConsentMode,
    skip_letter: bool,
) -> Result<ModeRow, Refusal> {
    if asked.other_requests.len() > LONGEST_REQUESTS {
        return Err(Refusal::invalid("consent_mode.other_requests", "This text is too long."));
    }
    let now = app.now();
    let evidence = evidence(asked.decision.as_ref());
    let row = ModeRow::new(patient, &decision(asked, now)?, evidence, "rdbm", now);
    Ok(ModeRow {
        other_requests: consent_modes::seal_other_requests(&app.keyring, row.id, asked.other_requests.trim()),
        prefers_email: asked.prefers_email,
        clinician_override: asked.clinician_override,
        skip_letter,
        recorded_by: Some(person.id),
        recorded_by_name: person.name.clone(),
        ..row
    })
}

/// What the patient decided, and when: now, unless told.
fn decision(asked: &ConsentMode, now: DateTime<Utc>) -> Result<CurrentMode, Refusal> {
    let invalid = |field: &str, message: &str| Refusal::invalid(format!("consent_mode.{field}"), message);
    let mode = Mode::parse(&asked.mode)
        .ok_or_else(|| invalid("mode", "The mode is red, yellow, green or unknown."))?;
    let decided_at = match &asked.decided_at {
        None => now,
        Some(at) => moment(at).map_err(|_| invalid("decided_at", "This moment does not exist."))?,
    };
    if decided_at.date_naive() > now.date_naive() {
        return Err(invalid("decided_at", "The decision lies in the future."));
    }
    if i32::try_from(asked.max_approaches_per_year).is_err() {
        return Err(invalid("max_approaches_per_year", "This number is too large."));
    }
    Ok(CurrentMode {
        mode,
        exclude_entirely: asked.exclude_entirely,
        consent_after_discharge: asked.consent_after_discharge,
        max_approaches_per_year: asked.max_approaches_per_year,
        // No later than now, or a later word of the same day could not outrank it. As the database keeps it: what
        // it cuts off must not make a decision newer than its equal.
        decided_at: decided_at.min(now).trunc_subsecs(6),
    })
}

fn message(app: &App, row: &ModeRow) -> StoreResult<ConsentMode> {
    Ok(ConsentMode {
        id: row.id.to_string(),
        mode: row.mode.clone(),
        exclude_entirely: row.exclude_entirely,
        consent_after_discharge: row.consent_after_discharge,
        max_approaches_per_year: u32::try_from(row.max_approaches_per_year).unwrap_or_default(),
        other_requests: consent_modes::open_other_requests(&app.keyring, row)?,
        prefers_email: row.prefers_email,
        decision: Some(evidence_message(row.evidence())),
        clinician_override: row.clinician_override,
        decided_at: Some(timestamp(row.decided_at)),
        recorded_at: Some(timestamp(row.recorded_at)),
        recorded_by: row.recorded_by_name.clone(),
        source: row.source.clone(),
        current: row.current,
    })
}

fn evidence_message(evidence: Evidence) -> EvidenceMessage {
    EvidenceMessage {
        signed_by_patient: evidence.signed_by_patient,
        otherwise_authorised_by_patient: evidence.otherwise_authorised_by_patient,
        under16_signed_by_parent: evidence.under16_signed_by_parent,
        under16_signed_by_clinician: evidence.under16_signed_by_clinician,
        lack_capacity_signed_by_representative: evidence.lack_capacity_signed_by_representative,
        lack_capacity_signed_by_clinician: evidence.lack_capacity_signed_by_clinician,
    }
}
