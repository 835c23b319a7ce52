//! Questions from the bus: decode, ask the domain, answer.

pub(crate) mod caller;
mod faults;
pub(crate) mod schema;

use coffer_bus::Bus;
use coffer_proto::query::v1::ListSchema;
use coffer_runtime::Context;

use crate::app::App;

/// Answers every question of this service from now on.
pub(crate) async fn answer(bus: &Bus, app: &App, context: &Context) -> anyhow::Result<()> {
    let listed = app.clone();
    bus.answers()
        .on::<ListSchema, _, _>(move |question| {
            let answer = schema::list(&listed, &question);
            async move { answer }
        })
        .serve(context)
        .await?;
    Ok(())
}
