//! A clinical source that is away, breaks its contract, or holds values that make no sense.

use std::time::Duration;

use coffer_consent::config::ConnectionSettings;
use coffer_consent::domain::patient::Patient;
use coffer_consent::ports::LookupError;
use coffer_consent::ports::clinical_source::{ClinicalRecord, ClinicalSource};
use coffer_consent::ports::clinical_sql::SqlClinicalSource;
use coffer_consent::ports::identity_map::{IdentityMap, SqlIdentityMap};
use coffer_demo::Case;
use coffer_types::{Clock, SystemClock};
use sqlx::PgPool;

use crate::clinical_record::change;
use crate::world::{World, foreign};

/// The demo's databases alone, without a service.
struct Sources {
    clinical: coffer_testkit::TestDatabase,
    identities: coffer_testkit::TestDatabase,
}

impl Sources {
    async fn new() -> Self {
        let today = SystemClock.now().date_naive();
        let sources =
            Self { clinical: coffer_testkit::database().await, identities: coffer_testkit::database().await };
        execute(&sources.clinical.url, coffer_demo::clinical_source_sql(today)).await;
        execute(&sources.identities.url, coffer_demo::identity_map_sql(today)).await;
        sources
    }

    async fn find(&self, case: Case) -> Result<Option<ClinicalRecord>, LookupError> {
        let source = SqlClinicalSource::new(&foreign(&self.clinical.url)).unwrap();
        source.find(patient(case).nhs_number).await
    }
}

fn patient(case: Case) -> coffer_demo::DemoPatient {
    coffer_demo::patient(case, SystemClock.now().date_naive()).unwrap()
}

async fn execute(url: &str, sql: String) {
    let pool = PgPool::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn a_patient_is_read_whole() {
    let sources = Sources::new().await;
    let record = sources.find(Case::Green).await.unwrap().unwrap();
    let demo = patient(Case::Green);
    let Patient { first_name, last_name, born_on, address, .. } = record.patient;
    assert_eq!((first_name.as_str(), last_name.as_str()), (demo.first_name, demo.last_name));
    assert_eq!((born_on, address), (demo.born_on, demo.address));
    assert_eq!(record.clinicians.len(), demo.clinicians.len());
    assert_eq!(record.consent.unwrap().mode.mode.as_str(), "green");
    assert!(sources.find(Case::Unknown).await.unwrap().unwrap().consent.is_none());
}

#[tokio::test]
async fn of_two_decisions_at_the_same_moment_the_stricter_counts() {
    let sources = Sources::new().await;
    let number = patient(Case::Green).nhs_number;
    let sql = format!(
        "CREATE TEMP TABLE copied AS SELECT * FROM coffer_consent WHERE nhs_number = '{number}';
         UPDATE copied SET mode = 'red';
         INSERT INTO coffer_consent SELECT * FROM copied"
    );
    execute(&sources.clinical.url, sql).await;
    let consent = sources.find(Case::Green).await.unwrap().unwrap().consent.unwrap();
    assert_eq!(consent.mode.mode.as_str(), "red");
}

#[tokio::test]
async fn a_malformed_address_is_left_to_the_rule() {
    let sources = Sources::new().await;
    let record = sources.find(Case::BadClinicianEmail).await.unwrap().unwrap();
    assert!(record.clinicians.iter().all(|one| one.email.as_deref().is_some_and(|text| !text.is_empty())));
}

#[tokio::test]
async fn a_source_that_is_away_is_told_from_one_that_breaks_its_contract() {
    let sources = Sources::new().await;
    let nobody = ConnectionSettings {
        url: "postgres://127.0.0.1:1/nobody".into(),
        timeout_ms: 300,
        ..ConnectionSettings::default()
    };
    let away = SqlClinicalSource::new(&nobody).unwrap();
    assert!(matches!(away.find(patient(Case::Green).nhs_number).await, Err(LookupError::Down(..))));

    let unknown_word = "ALTER TABLE coffer_clinician DROP CONSTRAINT coffer_clinician_kind_check;
                        UPDATE coffer_clinician SET kind = 'wizard'";
    execute(&sources.clinical.url, unknown_word.to_owned()).await;
    assert!(matches!(sources.find(Case::Green).await, Err(LookupError::Malformed { .. })));
    execute(&sources.clinical.url, "ALTER TABLE coffer_patient DROP COLUMN sex CASCADE".to_owned()).await;
    let Err(error) = sources.find(Case::Green).await else { panic!("a missing column was not noticed") };
    assert!(matches!(error, LookupError::Malformed { .. }), "{error}");
    assert!(!error.to_string().contains(&patient(Case::Green).nhs_number.to_string()));
}

#[tokio::test]
async fn the_identity_map_knows_both_kinds_of_id() {
    let sources = Sources::new().await;
    let map = SqlIdentityMap::new(&foreign(&sources.identities.url)).unwrap();
    let green = patient(Case::Green);
    assert_eq!(map.by_rid(&green.rid).await.unwrap(), Some(green.nhs_number));
    assert_eq!(map.by_mrid(&green.mrid).await.unwrap(), Some(green.nhs_number));
    assert_eq!(map.mrid_of(green.nhs_number).await.unwrap(), Some(green.mrid));
    assert_eq!(map.by_rid(&"nobody".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_for_a_source_that_is_away() {
    let world = World::start_with(|settings| settings.bus.retry_seconds = vec![1; 20]).await;
    change(&world, "ALTER TABLE coffer_patient RENAME TO away".to_owned()).await;
    let green = world.patient(Case::Green).rid;
    let answer = world.submit(&world.submission("researcher", 101, &[green.as_str()])).await;
    let id = &answer.contact_requests[0].id;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let waiting = world.seen_by("rdbm", id).await;
    assert_eq!(waiting.contact_request.unwrap().status, "submitted");

    change(&world, "ALTER TABLE away RENAME TO coffer_patient".to_owned()).await;
    assert_eq!(world.decided(id).await.rule, "R09");
}
