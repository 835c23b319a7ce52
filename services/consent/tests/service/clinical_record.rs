//! Changes in the clinical source, which belongs to the hospital.

use coffer_demo::Case;
use sqlx::PgPool;

use crate::world::World;

/// Runs a statement there.
pub(crate) async fn change(world: &World, sql: String) {
    let pool = PgPool::connect(world.settings.clinical_source.url.expose()).await.expect("a connection");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.expect("a change of the clinical record");
    pool.close().await;
}

/// A new decision of a patient at the bedside, just now.
pub(crate) async fn turns(world: &World, case: Case, set: &str) {
    let number = world.patient(case).nhs_number;
    let sql = format!("UPDATE coffer_consent SET {set}, decided_at = now() WHERE nhs_number = '{number}'");
    change(world, sql).await;
}

/// A patient dies.
pub(crate) async fn dies(world: &World, case: Case) {
    let number = world.patient(case).nhs_number;
    change(world, format!("UPDATE coffer_patient SET is_dead = true WHERE nhs_number = '{number}'")).await;
}

/// No look-up finds its view any more.
pub(crate) async fn goes_out_of_order(world: &World) {
    change(world, "ALTER TABLE coffer_patient RENAME TO away".to_owned()).await;
}
