//! The store's own promises, on a real database: one queue per patient, one current mode, nothing rewritten.

use std::time::Duration;

use chrono::{DateTime, Utc};
use coffer_consent::domain::mode::Mode;
use coffer_consent::store::audit::{self, IdentityView};
use coffer_consent::store::consent_modes::{self, ModeRow};
use coffer_consent::store::idempotency::{self, Known};
use coffer_consent::store::transitions::Actor;
use coffer_consent::store::{MIGRATOR, patients};
use coffer_store::{DatabaseSettings, Keyring, SealingSettings};
use coffer_testkit::TestDatabase;
use coffer_types::{ConsentModeId, NhsNumber, PatientId, UserId};
use sqlx::PgPool;

async fn database() -> (PgPool, TestDatabase) {
    let database = coffer_testkit::database().await;
    let settings = DatabaseSettings { url: database.url.as_str().into(), ..DatabaseSettings::default() };
    let pool = coffer_store::connect(&settings, "test").await.unwrap();
    coffer_store::migrate(&pool, &MIGRATOR).await.unwrap();
    (pool, database)
}

fn keyring() -> Keyring {
    Keyring::new(&SealingSettings::default()).unwrap()
}

fn number() -> NhsNumber {
    "9434765919".parse().unwrap()
}

fn then() -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_980_000, 0).unwrap()
}

fn mode(patient: PatientId, mode: Mode) -> ModeRow {
    ModeRow {
        id: ConsentModeId::new(),
        patient_id: patient,
        mode: mode.as_str().to_owned(),
        exclude_entirely: false,
        consent_after_discharge: false,
        max_approaches_per_year: 0,
        other_requests: None,
        prefers_email: false,
        signed_by_patient: true,
        otherwise_authorised_by_patient: false,
        under16_signed_by_parent: false,
        under16_signed_by_clinician: false,
        lack_capacity_signed_by_representative: false,
        lack_capacity_signed_by_clinician: false,
        clinician_override: false,
        skip_letter: false,
        source: "rdbm".to_owned(),
        decided_at: then(),
        recorded_at: then(),
        recorded_by: None,
        recorded_by_name: String::new(),
        current: true,
    }
}

#[tokio::test]
async fn a_patient_is_one_row_whose_number_is_sealed() {
    let (pool, _database) = database().await;
    let mut tx = pool.begin().await.unwrap();
    let first = patients::lock(&mut tx, &keyring(), number(), then()).await.unwrap();
    assert_eq!(patients::lock(&mut tx, &keyring(), number(), then()).await.unwrap(), first);
    assert_eq!(patients::find(&mut tx, &keyring(), number()).await.unwrap(), Some(first));
    assert_eq!(patients::nhs_number(&mut tx, &keyring(), first).await.unwrap(), number());
    let row: String =
        sqlx::query_scalar("SELECT patients::text FROM patients").fetch_one(&mut *tx).await.unwrap();
    assert!(!row.contains("9434765919") && !row.contains(&hex::encode("9434765919")));
}

#[tokio::test]
async fn writers_of_one_patient_wait_for_each_other() {
    let (pool, _database) = database().await;
    let mut first = pool.begin().await.unwrap();
    patients::lock(&mut first, &keyring(), number(), then()).await.unwrap();
    let second = tokio::spawn({
        let pool = pool.clone();
        async move {
            let mut tx = pool.begin().await.unwrap();
            patients::lock(&mut tx, &keyring(), number(), then()).await.unwrap()
        }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!second.is_finished());
    first.commit().await.unwrap();
    second.await.unwrap();
}

#[tokio::test]
async fn exactly_one_mode_is_current_and_none_is_rewritten() {
    let (pool, _database) = database().await;
    let mut tx = pool.begin().await.unwrap();
    let patient = patients::lock(&mut tx, &keyring(), number(), then()).await.unwrap();
    consent_modes::add(&mut tx, &mode(patient, Mode::Green)).await.unwrap();
    consent_modes::add(&mut tx, &mode(patient, Mode::Red)).await.unwrap();
    let current = consent_modes::current(&mut tx, patient).await.unwrap().unwrap();
    assert_eq!(current.mode().unwrap().mode, Mode::Red);
    assert_eq!(consent_modes::history(&mut tx, patient).await.unwrap().len(), 2);
    tx.commit().await.unwrap();

    for statement in [
        "UPDATE consent_modes SET current = true",
        "UPDATE consent_modes SET mode = 'green'",
        "DELETE FROM consent_modes",
    ] {
        assert!(sqlx::query(statement).execute(&pool).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_view_of_an_identity_stays_on_record() {
    let (pool, _database) = database().await;
    let mut tx = pool.begin().await.unwrap();
    let view = IdentityView {
        actor: &Actor::User(UserId::new(), "Ms Priya Raman".to_owned()),
        what: "letter",
        purpose: "opened a letter",
        contact_request: None,
        patient: None,
        letter: None,
    };
    audit::record(&mut tx, &view, then()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(sqlx::query("DELETE FROM identity_views").execute(&pool).await.is_err());
    assert!(sqlx::query("UPDATE identity_views SET who = ''").execute(&pool).await.is_err());
}

#[tokio::test]
async fn an_idempotency_key_remembers_content_and_answer() {
    let (pool, _database) = database().await;
    let mut tx = pool.begin().await.unwrap();
    let user = UserId::new();
    let mut take =
        async |user, content: &[u8]| idempotency::take(&mut tx, user, "key", content, then()).await.unwrap();
    assert_eq!(take(user, b"a").await, Known::New);
    assert_eq!(take(UserId::new(), b"b").await, Known::New);
    assert_eq!(take(user, b"b").await, Known::OtherContent);
    idempotency::keep_answer(&mut tx, user, "key", b"answer").await.unwrap();
    let again = idempotency::take(&mut tx, user, "key", b"a", then()).await.unwrap();
    assert_eq!(again, Known::Answered(b"answer".to_vec()));
}
