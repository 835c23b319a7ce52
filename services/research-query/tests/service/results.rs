//! Pages of stored results: what they show, and that they leave the research database alone.

use std::fmt::Write as _;
use std::time::Duration;

use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{
    Filter, GetRows, Highlight, RowPage, Run, SaveHighlight, SelectPeople, Sort, View,
};
use coffer_types::RunId;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::world::{World, person};

/// 300 notes of 60 people, in an order of their own.
const NOTES: &str = "
    create table note (id int primary key, rid text, seen_on date, score int, body text, nothing text);
    insert into note select i, case when i % 7 = 0 then null else 'r' || i % 60 end,
        date '2026-01-01' + i % 90, case when i % 5 = 0 then null else i % 40 end,
        case i % 3 when 0 then 'Low MOOD & poor sleep' when 1 then 'Émile''s mood swings' else 'well' end, null
    from generate_series(1, 300) i;";
const ALL: &str = "select * from note order by id";

pub(crate) fn rows(caller: &Caller, run: &str) -> GetRows {
    GetRows { caller: Some(caller.clone()), run_id: run.to_owned(), ..GetRows::default() }
}

fn people(caller: &Caller, run: &str, column: &str) -> SelectPeople {
    SelectPeople {
        caller: Some(caller.clone()),
        run_id: run.to_owned(),
        column: column.to_owned(),
        ..SelectPeople::default()
    }
}

fn sort(column: &str, descending: bool) -> Sort {
    Sort { column: column.to_owned(), descending }
}

fn filter(column: &str, operator: &str, value: &str) -> Filter {
    let [column, operator, value] = [column, operator, value].map(ToOwned::to_owned);
    Filter { column, operator, value }
}

/// The cells of a page; NULL is a dash.
fn texts(page: &RowPage) -> Vec<Vec<String>> {
    let text = |cell: &coffer_proto::query::v1::Cell| cell.text.clone().unwrap_or_else(|| "-".to_owned());
    page.rows.iter().map(|row| row.cells.iter().map(text).collect()).collect()
}

async fn world() -> World {
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
    running.shutdown.now();
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
    running.shutdown.now();
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
    world.ask(people(&jo, &run.id, "rid")).await;
    crate::exports::file(&world, &crate::exports::export(&jo, &run.id, "csv")).await;
    assert_eq!(transactions(&world).await, before);

    world.done(&jo, ALL).await;
    assert!(transactions(&world).await > before, "a run is counted");
    running.shutdown.now();
}

#[tokio::test]
async fn long_text_is_cut_and_highlights_are_marked_in_what_is_left() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let term = |pattern: &str, is_regex, active| SaveHighlight {
        caller: Some(jo.clone()),
        highlight: Some(Highlight {
            pattern: pattern.to_owned(),
            is_regex,
            active,
            colour: "green".to_owned(),
            ..Highlight::default()
        }),
    };
    world.ask(term("well", false, false)).await;
    world.ask(term("mood &", false, true)).await;
    let run = world.done(&jo, "select body from note where id <= 3 order by id").await;
    let marked = GetRows { highlight: true, cut_after: 12, ..rows(&jo, &run.id) };
    assert_eq!(drawn(&world.ask(marked.clone()).await), ["Émile's mood...", "well", "Low 0[MOOD &] p..."]);
    // A change is seen at once.
    let second = world.ask(term("[a-zé]+'s", true, true)).await;
    assert_eq!(drawn(&world.ask(marked.clone()).await)[0], "1[Émile's] mood...");
    assert_eq!(
        drawn(&world.ask(GetRows { highlight: false, cut_after: 0, ..marked.clone() }).await)[0],
        "Émile's mood swings"
    );
    let off =
        SaveHighlight { caller: Some(jo.clone()), highlight: Some(Highlight { active: false, ..second }) };
    world.ask(off).await;
    assert_eq!(drawn(&world.ask(marked.clone()).await)[0], "Émile's mood...");
    // Somebody else's page has none of them, and nobody else's highlights count here.
    assert_eq!(world.ask(marked).await.highlights.len(), 1);
    running.shutdown.now();
}

/// The first cell of each row, with each mark in brackets behind the number of its highlight.
fn drawn(page: &RowPage) -> Vec<String> {
    let draw = |row: &coffer_proto::query::v1::Row| {
        let cell = &row.cells[0];
        let (text, mut drawn, mut at) = (cell.text.clone().unwrap(), String::new(), 0);
        for mark in &cell.marks {
            let (start, end) = (mark.start as usize, mark.end as usize);
            assert!(page.highlights[mark.highlight as usize].active);
            let (before, marked) = (&text[at..start], &text[start..end]);
            write!(drawn, "{before}{}[{marked}]", mark.highlight).unwrap();
            at = end;
        }
        drawn + &text[at..] + if cell.cut { "..." } else { "" }
    };
    page.rows.iter().map(draw).collect()
}

#[tokio::test]
async fn a_page_of_very_large_rows_stops_early() {
    let world = world().await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, "select i, repeat('ab ', 200000) from generate_series(1, 12) i").await;
    let mut numbers = Vec::new();
    while numbers.len() < 12 {
        let page =
            world.ask(GetRows { offset: numbers.len() as u64, limit: 1_000, ..rows(&jo, &run.id) }).await;
        assert!((1..12).contains(&page.rows.len()));
        assert!(page.rows.iter().all(|row| row.cells[1].text.as_ref().unwrap().len() == 600_000));
        numbers.extend(page.rows.iter().map(|row| row.number));
    }
    assert_eq!(numbers, (0..12).collect::<Vec<_>>());
    let run = world.done(&jo, "select repeat('é', 2000000) as a, repeat('é', 2000000) as b").await;
    let page = world.ask(rows(&jo, &run.id)).await;
    assert!(page.rows[0].cells.iter().all(|cell| cell.cut && cell.text.as_ref().unwrap().len() > 1_000_000));
    running.shutdown.now();
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
    running.shutdown.now();
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
    running.shutdown.now();
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
    assert_eq!(world.refused(people(&max, &run.id, "rid")).await, missing);
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
    running.shutdown.now();
}
