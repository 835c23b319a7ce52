//! The consumer of commands to run a query.

use std::time::Duration;

use coffer_bus::{ConsumerSpec, Delivery, Handler, HandlerError};
use coffer_proto::Stream;
use coffer_proto::query::v1::RunQuery;
use sqlx::PgConnection;

use crate::app::App;

/// The durable consumer.
pub(crate) const CONSUMER: ConsumerSpec = ConsumerSpec {
    durable: "query-runs",
    stream: Stream::CmdQuery,
    filters: &["coffer.cmd.research-query.run.v1.>"],
    concurrency: 4,
    ack_wait: Duration::from_secs(30),
};

/// Makes runs ready, and wakes a worker for each when that is committed.
pub(crate) struct AcceptCommands {
    pub(crate) app: App,
}

impl Handler for AcceptCommands {
    async fn handle(&self, tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        let Some(command) = delivery.decode::<RunQuery>()? else { return Ok(()) };
        let id = command.run_id.parse().map_err(|_| HandlerError::poison("run_id is not the id of a run"))?;
        Ok(self.app.runs.make_ready(tx, id).await?)
    }

    fn committed(&self, _delivery: &Delivery) {
        self.app.wake.notify_one();
    }
}
