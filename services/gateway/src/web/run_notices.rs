//! Everything that the bus says of one run while somebody looks at it: its progress and its facts.

use coffer_bus::Notice;
use coffer_types::RunId;
use futures::StreamExt as _;
use futures::stream::{BoxStream, select};

use super::PageError;
use crate::app::App;

/// Progress (`coffer.live...`, lossy) and facts (`coffer.evt...`) of a run, from now on.
pub async fn run_notices(app: &App, id: RunId) -> Result<BoxStream<'static, Notice>, PageError> {
    let (live, facts) =
        (format!("coffer.live.research-query.{id}"), format!("coffer.evt.research-query.run.*.v1.{id}"));
    let (live, facts) = tokio::try_join!(app.bus.watch(&live), app.bus.watch(&facts)).map_err(|error| {
        tracing::error!(%error, "a run cannot be watched");
        PageError::Unavailable
    })?;
    Ok(select(live.boxed(), facts.boxed()).boxed())
}
