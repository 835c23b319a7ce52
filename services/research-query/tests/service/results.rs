//! Pages of stored results: what they show, and that they leave the research database alone.

use std::time::Duration;

use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{Cell, Filter, GetRows, RowPage, Run, Sort, View};
use coffer_types::RunId;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::world::{World, person, stop};

/// 300 notes of 60 people, in an order of their own.
const NOTES: &str = "
    create table note (id int primary key, rid text, seen_on date, score int, body text, nothing text);
    insert into note select i, case when i % 7 = 0 then null else 'r' || i % 60 end,
        date '2026-01-01' + i % 90, case when i % 5 = 0 then null else i % 40 end,
        case i % 3 when 0 then 'Low MOOD & poor sleep' when 1 then 'Émile''s mood swings' else 'well' end, null
    from generate_series(1, 300) i;";
pub(crate) const ALL: &str = "select * from note order by id";

pub(crate) fn rows(caller: &Caller, run: &str) -> GetRows {
    GetRows { caller: Some(caller.clone()), run_id: run.to_owned(), ..GetRows::default() }
}

pub(crate) fn sort(column: &str, descending: bool) -> Sort {
    Sort { column: column.to_owned(), descending }
}

pub(crate) fn filter(column: &str, operator: &str, value: &str) -> Filter {
    let [column, operator, value] = [column, operator, value].map(ToOwned::to_owned);
    Filter { column, operator, value }
}

/// The cells of a page; NULL is a dash.
fn texts(page: &RowPage) -> Vec<Vec<String>> {
    let text = |cell: &Cell| cell.text.clone().unwrap_or_else(|| "-".to_owned());
    page.rows.iter().map(|row| row.cells.iter().map(text).collect()).collect()
}

pub(crate) async fn world() -> World {
    let mut world = World::new(NOTES).await;
    "RID".clone_into(&mut world.settings.databases[0].rid_column);
    world
}

#[tokio::test]
async fn the_first_page_and_any_other() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, ALL).await;
    let page = world.ask(rows(&jo, &run.id)).await;
    assert_eq!((page.rows.len(), page.total, page.total_unfiltered), (50, 300, 300));
    let columns: Vec<_> = page
        .columns
        .iter()
        .map(|it| (it.name.as_str(), it.kind.as_str(), it.people.as_str(), it.empty))
        .collect();
    let expected = [
        ("id", "integer", "", false),
        ("rid", "text", "rid", false),
        ("seen_on", "date", "", false),
        ("score", "integer", "", false),
        ("body", "text", "", false),
        ("nothing", "text", "", true),
    ];
    assert_eq!(columns, expected);
    assert_eq!(texts(&page)[6], ["7", "-", "2026-01-08", "7", "Émile's mood swings", "-"]);

    let last = world.ask(GetRows { offset: 290, limit: 1_000, ..rows(&jo, &run.id) }).await;
    assert_eq!((last.rows.len(), last.rows[0].number), (10, 290));
    assert!(world.ask(GetRows { offset: 300, ..rows(&jo, &run.id) }).await.rows.is_empty());
    let view =
        View { hide_empty: true, columns: vec!["nothing".to_owned(), "id".to_owned()], ..View::default() };
    let some = world.ask(GetRows { view: Some(view), limit: 2, ..rows(&jo, &run.id) }).await;
    assert_eq!(texts(&some), [["1"], ["2"]]);
    assert_eq!(some.hidden_columns, ["rid", "seen_on", "score", "body", "nothing"]);
    stop(&running).await;
}

#[tokio::test]
async fn sorted_and_filtered_pages_are_what_sql_would_give() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, ALL).await;
    let cases = [
        (vec![sort("score", true)], vec![], "order by score desc nulls last, id"),
        (
            vec![sort("seen_on", false), sort("score", true)],
            vec![],
            "order by seen_on, score desc nulls last, id",
        ),
        (vec![], vec![filter("body", "contains", "MOOD")], "where body ilike '%mood%' order by id"),
        (vec![], vec![filter("body", "contains", "émile")], "where body like 'Émile%' order by id"),
        (
            vec![sort("rid", false)],
            vec![filter("score", "at_least", "30"), filter("seen_on", "less", "2026-02-01")],
            "where score >= 30 and seen_on < '2026-02-01' order by rid collate \"C\" nulls last, id",
        ),
        (vec![], vec![filter("rid", "is_null", "")], "where rid is null order by id"),
        (vec![], vec![filter("score", "not_equals", "7")], "where score <> 7 order by id"),
        (vec![], vec![filter("body", "equals", "nobody")], "where false"),
    ];
    for (sort, filters, sql) in cases {
        let expected = ids(&world, sql).await;
        let view = Some(View { sort, filters, ..View::default() });
        let mut found = Vec::new();
        while let offset = found.len() as u64
            && let page =
                (world.ask(GetRows { view: view.clone(), offset, limit: 70, ..rows(&jo, &run.id) })).await
            && !page.rows.is_empty()
        {
            assert_eq!((page.total, page.total_unfiltered), (expected.len() as u64, 300), "{sql}");
            found.extend(texts(&page).into_iter().map(|cells| cells[0].parse::<i32>().unwrap()));
        }
        assert_eq!(found, expected, "{sql}");
    }
    stop(&running).await;
}

async fn ids(world: &World, rest: &str) -> Vec<i32> {
    let mut connection = PgConnection::connect(&world.research.url).await.unwrap();
    let sql = format!("select id from note {rest}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap()
}

/// Transactions that the server counts in the research database, once it counts no more.
async fn transactions(world: &World) -> i64 {
    let mut elsewhere = PgConnection::connect(world.settings.database.url.expose()).await.unwrap();
    let (_, name) = world.research.url.rsplit_once('/').unwrap();
    let mut known = -1;
    loop {
        // Sessions report what they did when they end, or a second later.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let count = "select (xact_commit + xact_rollback)::bigint from pg_stat_database where datname = $1";
        let now: i64 = sqlx::query_scalar(count).bind(name).fetch_one(&mut elsewhere).await.unwrap();
        if now == known {
            return now;
        }
        known = now;
    }
}

#[tokio::test]
async fn no_page_sends_a_statement_to_the_research_database() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, ALL).await;
    let before = transactions(&world).await;
    let view = View {
        sort: vec![sort("body", true)],
        filters: vec![filter("score", "greater", "3")],
        ..View::default()
    };
    for offset in [0, 50, 250] {
        world.ask(GetRows { offset, ..rows(&jo, &run.id) }).await;
        world.ask(GetRows { offset, view: Some(view.clone()), highlight: true, ..rows(&jo, &run.id) }).await;
    }
    world.ask(crate::people::people(&jo, &run.id, "rid")).await;
    crate::exports::file(&world, &crate::exports::export(&jo, &run.id, "csv")).await;
    assert_eq!(transactions(&world).await, before);

    world.done(&jo, ALL).await;
    assert!(transactions(&world).await > before, "a run is counted");
    stop(&running).await;
}

#[tokio::test]
async fn a_fault_of_a_view_names_its_field() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, ALL).await;
    let one = |column: &str| sort(column, false);
    let faulty = [
        (View { sort: vec![one("id"), one("nhs")], ..View::default() }, "view.sort[1].column"),
        (View { sort: ["id", "rid", "score", "body"].map(one).to_vec(), ..View::default() }, "view.sort"),
        (View { filters: vec![filter("id", "is", "1")], ..View::default() }, "view.filters[0].operator"),
        (View { filters: vec![filter("id", "equals", "one")], ..View::default() }, "view.filters[0].value"),
        (View { columns: vec!["x".to_owned()], ..View::default() }, "view.columns[0]"),
    ];
    for (view, field) in faulty {
        let refused = world.refused(GetRows { view: Some(view), ..rows(&jo, &run.id) }).await;
        assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, field));
    }
    assert_eq!(world.refused(GetRows { limit: 1_001, ..rows(&jo, &run.id) }).await.field, "limit");
    stop(&running).await;
}

#[tokio::test]
async fn what_is_anothers_is_not_found_and_what_is_gone_is_told() {
    let world = world().await;
    let running = world.start().await;
    let (jo, max) = (person("researcher"), person("admin"));
    let run = world.done(&jo, ALL).await;
    let missing = world.refused(rows(&max, &RunId::new().to_string())).await;
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(world.refused(rows(&max, &run.id)).await, missing);
    assert_eq!(world.refused(rows(&max, "42")).await, missing);
    assert_eq!(world.refused(crate::people::people(&max, &run.id, "rid")).await, missing);
    for format in ["csv", "tsv", "xlsx", "parquet"] {
        assert_eq!(
            crate::exports::refused(&world, &crate::exports::export(&max, &run.id, format)).await,
            missing
        );
    }
    let failed: Run = world.submit(&jo, "select 1 / 0").await;
    world.wait_for(&jo, &failed.id, "failed").await;
    assert_eq!(world.refused(rows(&jo, &failed.id)).await.code(), Code::Conflict);

    let mut own = PgConnection::connect(world.settings.database.url.expose()).await.unwrap();
    own.execute("update run set result_gone = true").await.unwrap();
    assert_eq!(world.refused(rows(&jo, &run.id)).await.code(), Code::Conflict);
    stop(&running).await;
}
