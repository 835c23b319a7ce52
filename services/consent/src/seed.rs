//! The demo's studies and leaflets, and a patient whose cap is reached. Never in production.

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use coffer_demo::{Case, DemoStudy};
use coffer_letters::letters::{SampleDetails, SampleExtraForm, SampleLeaflet};
use coffer_letters::{House, Letter, LetterError, Study as LetterStudy, Typesetter};
use coffer_runtime::Context;
use coffer_store::Keyring;
use sqlx::PgConnection;

use crate::config::Settings;
use crate::domain::decide::{Decision, Outcome, RULES_VERSION};
use crate::domain::patient_key::PatientKey;
use crate::domain::state::State;
use crate::domain::steps::Rule;
use crate::store::contact_requests::{self, NewRequest};
use crate::store::studies::{self, StudyRow};
use crate::store::study_documents::{self, DocumentRow, LEAFLET, StudyDocument};
use crate::store::transitions::Actor;
use crate::store::{decisions, patients, reservations};

/// How long ago the patient with the reached cap was approached.
const APPROACHED_DAYS_AGO: u64 = 100;

/// Enters the demo's data; again without effect.
pub async fn demo(settings: Settings, context: &Context) -> anyhow::Result<()> {
    anyhow::ensure!(!context.environment.is_production(), "demo data has no place in production");
    let pool = coffer_store::connect(&settings.database, "coffer-consent").await?;
    let keyring = Keyring::new(&settings.sealing)?;
    let now = context.clock.now();
    let all = coffer_demo::studies(now.date_naive());
    let papers = papers(settings.house, all.clone(), now.date_naive()).await?;

    let mut tx = pool.begin().await?;
    for (study, papers) in all.iter().zip(&papers.studies) {
        enter_study(&mut tx, study, now).await?;
        study_documents::set(&mut tx, study.id, StudyDocument::Details, &papers.details).await?;
        if let Some(form) = &papers.extra_form {
            study_documents::set(&mut tx, study.id, StudyDocument::ExtraForm, form).await?;
        }
    }
    study_documents::set_leaflet(&mut tx, LEAFLET, "Taking part in research", &papers.leaflet).await?;
    let first = all.first().context("the demo has a study")?;
    reach_cap(&mut tx, &keyring, first, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn enter_study(tx: &mut PgConnection, study: &DemoStudy, now: DateTime<Utc>) -> anyhow::Result<()> {
    studies::save(tx, &row(study, now)).await?;
    for researcher in &study.researchers {
        studies::add_researcher(tx, study.id, researcher.id).await?;
    }
    Ok(())
}

/// PDFs in the place of those that people would upload.
struct Papers {
    /// In the order of the studies.
    studies: Vec<StudyPapers>,
    leaflet: DocumentRow,
}

struct StudyPapers {
    details: DocumentRow,
    extra_form: Option<DocumentRow>,
}

async fn papers(house: House, studies: Vec<DemoStudy>, today: NaiveDate) -> anyhow::Result<Papers> {
    let typeset = move || {
        let typesetter = Typesetter::new(house)?;
        let studies = studies.iter().map(|study| study_papers(&typesetter, study, today));
        let studies = studies.collect::<Result<_, LetterError>>()?;
        Ok(Papers { studies, leaflet: document(&typesetter, &SampleLeaflet { date: today.into() })? })
    };
    tokio::task::spawn_blocking(typeset).await?
}

fn study_papers(
    typesetter: &Typesetter,
    demo: &DemoStudy,
    today: NaiveDate,
) -> Result<StudyPapers, LetterError> {
    let study = LetterStudy {
        number: demo.number,
        title: demo.title.to_owned(),
        lead_researcher: demo.lead.name.clone(),
        rec_reference: demo.rec_reference.to_owned(),
    };
    let form = SampleExtraForm { date: today.into(), study: study.clone() };
    let extra_form = demo.extra_form.then(|| document(typesetter, &form)).transpose()?;
    let details = SampleDetails { date: today.into(), study, summary: demo.summary.to_owned() };
    Ok(StudyPapers { details: document(typesetter, &details)?, extra_form })
}

fn document<L: Letter>(typesetter: &Typesetter, letter: &L) -> Result<DocumentRow, LetterError> {
    let pdf = typesetter.set(letter)?;
    Ok(DocumentRow { pdf: pdf.bytes, sha256: pdf.sha256 })
}

fn row(study: &DemoStudy, now: DateTime<Utc>) -> StudyRow {
    let approved_at = study.approved_locally_on.and_time(NaiveTime::MIN).and_utc();
    StudyRow {
        id: study.id,
        number: i32::try_from(study.number).unwrap_or_default(),
        title: study.title.to_owned(),
        summary: study.summary.to_owned(),
        lead_user_id: study.lead.id,
        lead_title: study.lead.title.to_owned(),
        lead_first_name: study.lead.first_name.to_owned(),
        lead_last_name: study.lead.last_name.to_owned(),
        lead_email: study.lead.email.to_owned(),
        patient_contact: true,
        direct_approach: study.direct_approach,
        include_under16: study.include_under16,
        include_lack_capacity: study.include_lack_capacity,
        include_discharged: study.include_discharged,
        clinical_trial: study.clinical_trial,
        approved_by_rec: true,
        rec_reference: study.rec_reference.to_owned(),
        approved_locally: true,
        approved_locally_on: Some(study.approved_locally_on),
        ends_on: Some(study.ends_on),
        registered_at: approved_at.min(now),
        has_details: true,
        has_extra_form: study.extra_form,
    }
}

/// An approach of the past, so that the patient's one approach of this year is used up.
async fn reach_cap(
    tx: &mut PgConnection,
    keyring: &Keyring,
    study: &DemoStudy,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let demo = coffer_demo::patient(Case::CapReached, now.date_naive()).context("the demo has the case")?;
    let then = now - Days::new(APPROACHED_DAYS_AGO);
    let patient = patients::lock(tx, keyring, demo.nhs_number, then).await?;
    if reservations::count(tx, patient, then - Days::new(1)).await? > 0 {
        return Ok(());
    }
    let request = NewRequest {
        study: study.id,
        by: study.lead.id,
        by_name: &study.lead.name,
        key: &PatientKey::Rid(demo.rid),
        direct_approach: true,
        certificate_id: "",
        initiated: None,
    };
    let id = contact_requests::add(tx, keyring, &request, then).await?;
    let decision = Decision {
        outcome: Outcome::ApprovedDirect { researcher: study.lead.email.parse()? },
        rule: Rule::R09,
        steps: Vec::new(),
        rules_version: RULES_VERSION,
    };
    decisions::save(tx, id, Some(patient), None, &decision, then).await?;
    for step in [(State::Submitted, State::LookedUp), (State::LookedUp, State::ApprovedDirect)] {
        contact_requests::move_to(tx, id, step, "", &Actor::System, then).await?;
    }
    reservations::approach_at_once(tx, id, patient, then).await?;
    Ok(())
}
