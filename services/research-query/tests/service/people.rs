//! The people of a result, for a request to contact them.

use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{SelectPeople, View};

use crate::results::{ALL, filter, sort, world};
use crate::world::{person, stop};

pub(crate) fn people(caller: &Caller, run: &str, column: &str) -> SelectPeople {
    SelectPeople {
        caller: Some(caller.clone()),
        run_id: run.to_owned(),
        column: column.to_owned(),
        ..SelectPeople::default()
    }
}

#[tokio::test]
async fn people_are_told_once_in_the_order_of_the_rows() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, ALL).await;
    let all = world.ask(people(&jo, &run.id, "rid")).await;
    assert_eq!((all.kind.as_str(), all.certificate_id.as_str(), all.cut), ("rid", run.id.as_str(), false));
    assert_eq!((all.ids.len(), all.ids[0].as_str()), (60, "r1"));
    let chosen = SelectPeople { rows: vec![61, 1, 6, 4, 1], ..people(&jo, &run.id, "rid") };
    assert_eq!(world.ask(chosen).await.ids, ["r2", "r5"]);
    let view = View {
        filters: vec![filter("id", "greater", "298")],
        sort: vec![sort("id", true)],
        ..View::default()
    };
    let seen = SelectPeople { view: Some(view), ..people(&jo, &run.id, "rid") };
    assert_eq!(world.ask(seen).await.ids, ["r0", "r59"]);
    let many = world.done(&jo, "select 'r' || i as rid from generate_series(1, 501) i").await;
    let many = world.ask(people(&jo, &many.id, "rid")).await;
    assert_eq!((many.ids.len(), many.cut), (500, true));

    let refused = world.refused(people(&jo, &run.id, "body")).await;
    assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, "column"));
    let refused = world.refused(SelectPeople { rows: vec![3, 300], ..people(&jo, &run.id, "rid") }).await;
    assert_eq!(refused.field, "rows[1]");
    stop(&running).await;
}
