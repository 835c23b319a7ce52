//! The letter that confirms a new consent mode to the patient, unless the patient knows it already.

use coffer_letters::TextSize;
use coffer_types::ConsentModeId;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::patient::Patient;
use crate::handlers::approval::made;
use crate::handlers::faults::Fault;
use crate::handlers::notices;
use crate::mails::Notice;
use crate::papers::{self, ChoiceMade};
use crate::store::consent_modes::{self, ModeRow};
use crate::store::letters::NewLetter;
use crate::store::{StoreError, patients};

/// Prints it for the RDBM to post.
pub(super) async fn print(app: &App, tx: &mut PgConnection, id: ConsentModeId) -> Result<(), Fault> {
    let row = consent_modes::get(tx, id).await?.ok_or(StoreError::Unknown("consent_modes.id"))?;
    if row.skip_letter {
        return Ok(());
    }
    let number = patients::nhs_number(tx, &app.keyring, row.patient_id).await?;
    match app.clinical_source.find(number).await? {
        Some(record) if !record.patient.is_dead => confirm(app, tx, &row, &record.patient).await,
        _ => Ok(()), // nobody to write to
    }
}

async fn confirm(app: &App, tx: &mut PgConnection, row: &ModeRow, patient: &Patient) -> Result<(), Fault> {
    let mode = row.mode()?;
    let made_choice = ChoiceMade {
        mode: &mode,
        by_clinician_override: row.clinician_override,
        prefers_email: row.prefers_email,
        text_size: TextSize::default(),
    };
    let Some(letter) = papers::mode_confirmation(patient, made_choice, app.now().date_naive()) else {
        return Ok(()); // nothing was chosen
    };
    let paper = papers::print(&app.typesetter, letter).await?;
    let letter = NewLetter {
        kind: paper.kind,
        title: &paper.title,
        contact_request: None,
        study: None,
        patient: Some(row.patient_id),
        pdf: &paper.pdf.bytes,
        sha256: &paper.pdf.sha256,
        state: "to_print",
        rdbm_may_view: true,
    };
    made(app, tx, &letter).await?;
    notices::send(tx, app, Notice::LetterToPrint, None).await
}
