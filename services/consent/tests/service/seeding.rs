//! The demo's data: entered twice without effect, and never in production.

use std::sync::Arc;

use coffer_consent::seed;
use coffer_runtime::{Context, Environment};
use coffer_types::SystemClock;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn seeding_again_changes_nothing() {
    let world = World::start().await;
    let counts = async || -> (i64, i64, i64, i64) {
        sqlx::query_as(
            "SELECT (SELECT count(*) FROM studies), (SELECT count(*) FROM study_documents),
                    (SELECT count(*) FROM contact_requests), (SELECT count(*) FROM reservations)",
        )
        .fetch_one(&world.pool)
        .await
        .unwrap()
    };
    let before = counts().await;
    seed::demo(world.settings.clone(), &world.context).await.unwrap();
    assert_eq!(counts().await, before);
    assert_eq!(before, (5, 6, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn production_refuses_demo_data() {
    let world = World::start().await;
    let mut context = Context::for_test(Arc::new(SystemClock));
    context.environment = Environment::Production;
    let error = seed::demo(world.settings.clone(), &context).await.unwrap_err();
    assert!(error.to_string().contains("production"), "{error}");
}
