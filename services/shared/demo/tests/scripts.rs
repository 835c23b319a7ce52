//! The scripts run on a real server, and hold what the other services ask for.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

async fn run(script: String, count: &'static str) -> i64 {
    let database = coffer_testkit::database().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
    sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 1).unwrap()
}

#[tokio::test]
async fn the_clinical_source_has_one_patient_without_a_clinician() {
    let lonely = "select count(*) from coffer_patient where not exists \
                  (select from coffer_clinician where coffer_clinician.nhs_number = coffer_patient.nhs_number)";
    assert_eq!(run(coffer_demo::clinical_source_sql(today()), lonely).await, 1);
}

#[tokio::test]
async fn the_identity_map_has_everybody() {
    let everybody = i64::try_from(coffer_demo::patients(today()).len()).unwrap();
    assert_eq!(
        run(coffer_demo::identity_map_sql(today()), "select count(*) from identity_map").await,
        everybody
    );
}
