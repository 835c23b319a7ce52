//! Every new decision of a patient goes through here, whichever door it came by: it is added, told to everybody,
//! and ends what must not outlive it. Callers hold the patient's lock.

use chrono::{DateTime, Utc};
use coffer_proto::consent::v1::ConsentModeChanged;
use coffer_proto::timestamp;
use coffer_types::{ConsentModeId, ContactRequestId, NhsNumber, PatientId};
use sqlx::PgConnection;

use super::faults::Fault;
use super::withdrawal;
use crate::app::App;
use crate::domain::mode::{CurrentMode, clinical_record_wins};
use crate::ports::clinical_source::{ClinicalConsent, ClinicalRecord};
use crate::store::consent_modes::{self, ModeRow};
use crate::store::snapshots::{self, Snapshot};
use crate::store::transitions::Actor;

/// The mode that counts now, after taking over a newer one from the clinical record. The patient's death, once
/// the record tells it, ends everything too.
pub async fn refresh(
    app: &App,
    tx: &mut PgConnection,
    patient: PatientId,
    record: &ClinicalRecord,
) -> Result<(Option<ConsentModeId>, CurrentMode), Fault> {
    let current = consent_modes::current(tx, patient).await?;
    let own = current.as_ref().map(ModeRow::mode).transpose()?;
    let number = record.patient.nhs_number;
    let row = match &record.consent {
        Some(clinical) if clinical_record_wins(own.as_ref(), &clinical.mode) => {
            let row = from_clinical_record(patient, clinical, app.now());
            Some(add(app, tx, row, number, &Actor::System).await?)
        }
        _ => current,
    };
    let mode = row.as_ref().map(ModeRow::mode).transpose()?.unwrap_or(CurrentMode::NEVER_ASKED);
    withdrawal::consider(app, tx, patient, (&mode, &mode), record.patient.is_dead, &Actor::System).await?;
    Ok((row.map(|row| row.id), mode))
}

/// The same for a request that goes on: papers about it tell what was found now.
pub async fn refresh_for(
    app: &App,
    tx: &mut PgConnection,
    patient: PatientId,
    request: ContactRequestId,
    record: &ClinicalRecord,
) -> Result<(), Fault> {
    let (_, mode) = refresh(app, tx, patient, record).await?;
    let snapshot = Snapshot { patient: record.patient.clone(), clinicians: record.clinicians.clone(), mode };
    snapshots::save(tx, &app.keyring, request, &snapshot, app.now()).await?;
    Ok(())
}

/// Adds a decision. It counts from now on, unless a newer one is known already.
pub async fn add(
    app: &App,
    tx: &mut PgConnection,
    mut row: ModeRow,
    number: NhsNumber,
    actor: &Actor,
) -> Result<ModeRow, Fault> {
    let before = consent_modes::current(tx, row.patient_id).await?.map(|row| row.mode()).transpose()?;
    let after = row.mode()?;
    row.current = before.as_ref().is_none_or(|before| after.outranks(before));
    consent_modes::add(tx, &row).await?;
    if row.current {
        let before = before.unwrap_or(CurrentMode::NEVER_ASKED);
        tell(app, tx, &row, number).await?;
        withdrawal::consider(app, tx, row.patient_id, (&before, &after), false, actor).await?;
    }
    Ok(row)
}

/// The fact for everybody else, which names the patient by pseudonym alone.
async fn tell(app: &App, tx: &mut PgConnection, row: &ModeRow, number: NhsNumber) -> Result<(), Fault> {
    let mrid = app.identity_map.mrid_of(number).await?;
    let fact = ConsentModeChanged {
        consent_mode_id: row.id.to_string(),
        mrid: mrid.map(String::from).unwrap_or_default(),
        at: Some(timestamp(app.now())),
        mode: row.mode.clone(),
        exclude_entirely: row.exclude_entirely,
        source: row.source.clone(),
    };
    app.outbox.enqueue(tx, &fact).await?;
    Ok(())
}

/// The patient knows what they said at the bedside, so no letter repeats it.
fn from_clinical_record(patient: PatientId, clinical: &ClinicalConsent, now: DateTime<Utc>) -> ModeRow {
    ModeRow {
        prefers_email: clinical.prefers_email,
        skip_letter: true,
        ..ModeRow::new(patient, &clinical.mode, clinical.evidence, "clinical_record", now)
    }
}
