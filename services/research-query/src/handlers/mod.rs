//! Questions from the bus: decode, ask the domain, answer.

pub(crate) mod caller;
mod faults;
mod highlights;
mod kept;
mod saved_queries;
pub(crate) mod schema;
mod standard_queries;

use coffer_bus::Bus;
use coffer_proto::query::v1::ListSchema;
use coffer_runtime::Context;

use crate::app::App;

/// Answers every question of this service from now on.
pub(crate) async fn answer(bus: &Bus, app: &App, context: &Context) -> anyhow::Result<()> {
    let listed = app.clone();
    kept::answer(bus.answers(), app)
        .on::<ListSchema, _, _>(move |question| {
            let answer = schema::list(&listed, &question);
            async move { answer }
        })
        .serve(context)
        .await?;
    Ok(())
}
