//! The pack for the patient, after a clinician said yes: made once, and shown as stored ever after.

use coffer_letters::TextSize;
use coffer_types::ContactRequestId;
use sqlx::PgConnection;

use super::Case;
use crate::app::App;
use crate::domain::answer::{Answer, extra_form_wanted};
use crate::domain::clinician::{Clinician, pick_best_clinician};
use crate::domain::state::State;
use crate::handlers::approval::made;
use crate::handlers::faults::Fault;
use crate::handlers::notices;
use crate::handlers::reassign::involvement;
use crate::mails::{Notice, request_code};
use crate::papers::{self, About, Enclosures, Invitation, Paper};
use crate::store::letters::NewLetter;
use crate::store::study_documents::{self, LEAFLET, StudyDocument};
use crate::store::transitions::Actor;
use crate::store::{StoreError, answers, contact_requests, responses};

/// Makes the pack, awaits the patient's answer, and tells the RDBM.
pub(super) async fn make(app: &App, tx: &mut PgConnection, id: ContactRequestId) -> Result<(), Fault> {
    let case = &Case::lock(app, tx, id).await?;
    let by_rdbm = match case.request.state {
        State::AnsweredR => true,
        State::AnsweredA => false,
        _ => return Ok(()), // made already, or withdrawn meanwhile
    };
    let enclosures = enclosures(tx, case).await?;
    if enclosures.leaflet.is_none() {
        notices::send(tx, app, Notice::MissingLeaflet, Some(case.request.id)).await?;
    }
    let paper = typeset(app, tx, case, enclosures).await?;
    let letter = NewLetter {
        kind: paper.kind,
        title: &paper.title,
        contact_request: Some(case.request.id),
        study: Some(case.study.id),
        patient: Some(case.patient),
        pdf: &paper.pdf.bytes,
        sha256: &paper.pdf.sha256,
        state: if by_rdbm { "to_print" } else { "not_for_post" },
        rdbm_may_view: by_rdbm,
    };
    made(app, tx, &letter).await?;
    responses::await_answer(tx, case.request.id, app.now()).await?;
    let (to, by) = (State::PackReady, Actor::System);
    contact_requests::change(tx, &app.outbox, &case.request, to, "", &by, app.now()).await?;
    let answer = if by_rdbm { Answer::R } else { Answer::A };
    notices::send(tx, app, Notice::ClinicianAnswered(answer), Some(case.request.id)).await
}

async fn enclosures(tx: &mut PgConnection, case: &Case) -> Result<Enclosures, Fault> {
    let study = case.study.id;
    let details = study_documents::of_study(tx, study, StudyDocument::Details).await?;
    let wanted = extra_form_wanted(case.study.extra_form, case.request.direct_approach);
    let extra_form =
        if wanted { study_documents::of_study(tx, study, StudyDocument::ExtraForm).await? } else { None };
    Ok(Enclosures {
        details: details.ok_or(StoreError::Unknown("study_documents.details"))?.pdf,
        extra_form: extra_form.map(|form| form.pdf),
        leaflet: study_documents::leaflet(tx, LEAFLET).await?.map(|leaflet| leaflet.pdf),
    })
}

async fn typeset(
    app: &App,
    tx: &mut PgConnection,
    case: &Case,
    enclosures: Enclosures,
) -> Result<Paper, Fault> {
    let today = app.now().date_naive();
    let code = request_code(case.request.id);
    let about = About { code: &code, study: &case.study, patient: &case.snapshot.patient, today };
    let clinician = signatory(app, tx, case).await?;
    let invitation = Invitation {
        clinician: &clinician,
        involvement: involvement(&case.request),
        mode: case.snapshot.mode.mode,
        text_size: TextSize::default(),
    };
    let pack = papers::pack(about, invitation, enclosures);
    Ok(papers::print_pack(&app.typesetter, pack).await?)
}

/// Whoever said yes writes to the patient.
async fn signatory(app: &App, tx: &mut PgConnection, case: &Case) -> Result<Clinician, Fault> {
    if let Some(clinician) = answers::signed_by(tx, &app.keyring, case.request.id).await? {
        return Ok(clinician);
    }
    let best = pick_best_clinician(&case.snapshot.clinicians, app.now().date_naive());
    Ok(best.cloned().ok_or(StoreError::Unknown("clinician_questions.recipient"))?)
}
