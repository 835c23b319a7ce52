//! Small tasks beside the pages: the mailer's banner, and old sessions.

use std::time::Duration;

use chrono::TimeDelta;
use coffer_proto::mailer::v1::GetMailerStatus;
use coffer_runtime::Context;
use futures::FutureExt as _;

use crate::app::App;
use crate::store::sessions::Limits;
use crate::store::{sessions, sign_in_buckets};

const MAILER_EVERY: Duration = Duration::from_secs(15);
const PURGE_EVERY: Duration = Duration::from_mins(10);

/// Starts the tasks; they end with the process.
pub(crate) fn start(app: &App, context: &Context) {
    let stop = context.shutdown.token();
    let mailer = stop.clone().run_until_cancelled_owned(follow_mailer(app.clone()));
    let old = stop.run_until_cancelled_owned(purge(app.clone()));
    context.spawn("mailer-status", mailer.map(|_| Ok(())));
    context.spawn("purge", old.map(|_| Ok(())));
}

/// Pages show the last answer; none of them waits for the mailer.
async fn follow_mailer(app: App) {
    loop {
        match app.bus.ask(&GetMailerStatus {}).await {
            Ok(status) => drop(app.mailer_status_writer.send(status)),
            Err(error) => tracing::debug!(%error, "the mailer's status is not known"),
        }
        tokio::time::sleep(MAILER_EVERY).await;
    }
}

async fn purge(app: App) {
    loop {
        let now = app.clock.now();
        let limits = Limits::at(now, app.settings.sessions);
        if let Err(error) = sessions::purge(&app.pool, limits).await {
            tracing::warn!(%error, "old sessions could not be deleted");
        }
        if let Err(error) = sign_in_buckets::purge(&app.pool, now - TimeDelta::days(1)).await {
            tracing::warn!(%error, "old buckets could not be deleted");
        }
        tokio::time::sleep(PURGE_EVERY).await;
    }
}
