//! Views against the plainest way to filter and sort.

use std::cmp::Ordering;
use std::sync::Arc;

use coffer_results::{ColumnKind, Condition, Operator, ResultError, SortKey, ViewSpec};
use futures::TryStreamExt as _;
use proptest::prelude::*;
use rstest::rstest;

use crate::support::{Cell, Kept, Table, store, table, wait};

const LARGE: usize = 1 << 30;

fn by(column: usize, descending: bool) -> SortKey {
    SortKey { column, descending }
}

fn condition(column: usize, operator: Operator, value: &str) -> Condition {
    Condition { column, operator, value: value.to_owned() }
}

async fn rows(kept: &Kept, spec: &ViewSpec) -> Vec<u64> {
    let order = kept.result.view(spec).await.unwrap();
    let page = kept.result.page(&order, 0, LARGE, &[0]).await.unwrap();
    assert_eq!(page.rows.len() as u64, order.rows());
    page.rows.into_iter().map(|(number, _)| number).collect()
}

/// The order of two cells; NULL comes last whatever the direction.
fn compare(kind: ColumnKind, one: &Cell, other: &Cell, descending: bool) -> Ordering {
    let order = match (one, other) {
        (Cell::Null, Cell::Null) => return Ordering::Equal,
        (Cell::Null, _) => return Ordering::Greater,
        (_, Cell::Null) => return Ordering::Less,
        (Cell::Boolean(one), Cell::Boolean(other)) => one.cmp(other),
        (Cell::Whole(one), Cell::Whole(other)) => one.cmp(other),
        (Cell::Number(one), Cell::Number(other)) => {
            one.partial_cmp(other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
        }
        (Cell::Text(one), Cell::Text(other)) if kind == ColumnKind::Decimal => compare_decimals(one, other),
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Bytes(one), Cell::Bytes(other)) => one.cmp(other),
        _ => unreachable!("cells of one column are of one kind"),
    };
    if descending { order.reverse() } else { order }
}

/// As whole numbers of 10^-10, which all decimals of these tests are.
fn compare_decimals(one: &str, other: &str) -> Ordering {
    let scaled = |text: &str| {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction:0<10}");
        let digits = digits.trim_start_matches('0');
        // More than 38 digits do not fit: length first, then the digits.
        let size = (digits.len(), digits.to_owned());
        (negative && !digits.is_empty(), size)
    };
    match (one == "NaN", other == "NaN") {
        (false, false) => {}
        (one, other) => return one.cmp(&other),
    }
    match (scaled(one), scaled(other)) {
        ((false, one), (false, other)) => one.cmp(&other),
        ((true, one), (true, other)) => other.cmp(&one),
        ((true, _), (false, _)) => Ordering::Less,
        ((false, _), (true, _)) => Ordering::Greater,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn sorting_is_as_the_plainest_way_does_it(
        table in table(0..150),
        keys in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..4),
        part_bytes in 100_usize..4000,
    ) {
        let sort: Vec<_> =
            keys.iter().map(|(column, descending)| by(column.index(table.columns.len()), *descending)).collect();
        let mut expected: Vec<_> = (0..table.rows()).collect();
        expected.sort_by(|one, other| {
            sort.iter().fold(Ordering::Equal, |order, key| {
                let (_, kind, cells) = &table.columns[key.column];
                order.then_with(|| compare(*kind, &cells[*one], &cells[*other], key.descending))
            })
        });
        let expected: Vec<_> = expected.into_iter().map(|row| row as u64).collect();
        wait(async {
            let kept = store(table.schema(), table.batches(&[40]), part_bytes).await;
            prop_assert_eq!(rows(&kept, &ViewSpec { sort, filters: vec![] }).await, expected);
            Ok(())
        })?;
    }

    #[test]
    fn filters_are_as_the_plainest_way_does_it(
        table in table(1..150),
        picked: (prop::sample::Index, prop::sample::Index),
        operator in prop::sample::select(vec![
            (Operator::Equals, Ordering::is_eq as fn(Ordering) -> bool),
            (Operator::NotEquals, Ordering::is_ne),
            (Operator::Less, Ordering::is_lt),
            (Operator::AtMost, Ordering::is_le),
            (Operator::Greater, Ordering::is_gt),
            (Operator::AtLeast, Ordering::is_ge),
        ]),
    ) {
        let column = picked.0.index(table.columns.len());
        let (_, kind, cells) = &table.columns[column];
        let wanted = &cells[picked.1.index(table.rows())];
        prop_assume!(*wanted != Cell::Null);
        let meets = |cell: &Cell| *cell != Cell::Null && operator.1(compare(*kind, cell, wanted, false));
        let expected: Vec<_> = (0..).zip(cells).filter(|(_, cell)| meets(cell)).map(|(row, _)| row).collect();
        wait(async {
            let kept = store(table.schema(), table.batches(&[40]), 1000).await;
            // The value as a page shows it is a value that a filter takes.
            let stored = kept.result.stored_order();
            let place = cells.iter().position(|cell| cell == wanted || matches!((cell, wanted), (Cell::Number(one), Cell::Number(other)) if one.is_nan() && other.is_nan()));
            let page = kept.result.page(&stored, place.unwrap() as u64, 1, &[column]).await.unwrap();
            let value = page.rows[0].1[0].clone().unwrap();
            let filters = vec![condition(column, operator.0, &value)];
            prop_assert_eq!(rows(&kept, &ViewSpec { sort: vec![], filters }).await, expected);
            Ok(())
        })?;
    }
}

fn words() -> Table {
    let text = |text: &str| Cell::Text(text.to_owned());
    Table::new(vec![
        (
            "word",
            ColumnKind::Text,
            vec![text("Ärger"), text(""), Cell::Null, text("ärmlich"), text("100% = ok")],
        ),
        (
            "day",
            ColumnKind::Date,
            vec![Cell::Whole(0), Cell::Whole(31), Cell::Null, Cell::Null, Cell::Whole(62)],
        ),
    ])
}

#[rstest]
#[case(0, Operator::Contains, "ÄR", &[0, 3])]
#[case(0, Operator::Contains, "= OK", &[4])]
#[case(0, Operator::Contains, "", &[0, 1, 3, 4])]
#[case(0, Operator::IsNull, "", &[2])]
#[case(0, Operator::IsNotNull, "", &[0, 1, 3, 4])]
#[case(0, Operator::Equals, "", &[1])]
#[case(0, Operator::NotEquals, "", &[0, 3, 4])]
#[case(1, Operator::Contains, "1970-0", &[0, 1, 4])]
#[case(1, Operator::AtLeast, "1970-02-01", &[1, 4])]
#[tokio::test]
async fn operators_do_what_they_say(
    #[case] column: usize,
    #[case] operator: Operator,
    #[case] value: &str,
    #[case] expected: &[u64],
) {
    let table = words();
    let kept = store(table.schema(), table.batches(&[2]), 10).await;
    let spec = ViewSpec { sort: vec![], filters: vec![condition(column, operator, value)] };
    assert_eq!(rows(&kept, &spec).await, expected);
}

#[tokio::test]
async fn filters_and_sorting_go_together() {
    let table = words();
    let kept = store(table.schema(), table.batches(&[2]), 10).await;
    let filters = vec![condition(0, Operator::IsNotNull, ""), condition(1, Operator::Less, "2000-01-01")];
    let spec = ViewSpec { sort: vec![by(1, true)], filters };
    assert_eq!(rows(&kept, &spec).await, [4, 1, 0]);
}

#[tokio::test]
async fn texts_that_agree_for_long_are_still_told_apart() {
    let beginning = "the same for thousands of characters ".repeat(100);
    let ends = ["b", "", "c", "a", "b"];
    let cells = ends.iter().map(|end| Cell::Text(format!("{beginning}{end}"))).collect();
    let table = Table::new(vec![("text", ColumnKind::Text, cells)]);
    let kept = store(table.schema(), table.batches(&[2]), 10).await;
    let order = |descending| ViewSpec { sort: vec![by(0, descending)], filters: vec![] };
    assert_eq!(rows(&kept, &order(false)).await, [1, 3, 0, 4, 2]);
    assert_eq!(rows(&kept, &order(true)).await, [2, 0, 4, 3, 1]);
}

async fn many() -> (Table, Kept) {
    let cells = (0..20_000_i64).map(|row| Cell::Whole(row * 7919 % 20_011)).collect();
    let table = Table::new(vec![("number", ColumnKind::Integer, cells)]);
    let kept = store(table.schema(), table.batches(&[1000]), 20_000).await;
    (table, kept)
}

#[tokio::test]
async fn rows_of_a_view_come_as_batches_and_pages() {
    let (_, kept) = many().await;
    let spec = ViewSpec { sort: vec![by(0, false)], filters: vec![condition(0, Operator::Less, "15000")] };
    let order = kept.result.view(&spec).await.unwrap();
    let batches: Vec<_> = kept.result.batches(&order, &[0]).try_collect().await.unwrap();
    let values = batches.iter().flat_map(|batch| {
        let column: &arrow_array::Int64Array = batch.column(0).as_any().downcast_ref().unwrap();
        column.values().to_vec()
    });
    let values: Vec<_> = values.collect();
    assert_eq!(values.len() as u64, order.rows());
    assert!(values.is_sorted() && values.iter().all(|value| *value < 15_000));
    let page = kept.result.page(&order, 7000, 3, &[0]).await.unwrap();
    let shown: Vec<_> = page.rows.iter().map(|(_, cells)| cells[0].clone().unwrap()).collect();
    assert_eq!(shown, values[7000..7003].iter().map(i64::to_string).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_order_is_computed_once_and_found_by_other_processes() {
    let (_, kept) = many().await;
    let spec = ViewSpec { sort: vec![by(0, false)], filters: vec![] };
    let order = kept.result.view(&spec).await.unwrap();
    kept.objects.reads.lock().unwrap().clear();
    kept.result.view(&spec).await.unwrap();
    assert_eq!(kept.objects.reads.lock().unwrap().len(), 0);

    let elsewhere = kept.elsewhere();
    let found = elsewhere.view(&spec).await.unwrap();
    assert_eq!(kept.objects.reads.lock().unwrap().len(), 1, "the order alone");
    let first = |result: coffer_results::StoredResult, order| async move {
        result.page(&order, 0, 5, &[0]).await.unwrap()
    };
    assert_eq!(first(elsewhere, found).await, first(kept.result.clone(), order).await);
}

#[tokio::test]
async fn orders_are_bounded_and_go_with_the_result() {
    let (_, kept) = many().await;
    let segments = kept.manifest.segments.len();
    for value in 0..100 {
        let filters = vec![condition(0, Operator::Less, &value.to_string())];
        assert_eq!(
            rows(&kept, &ViewSpec { sort: vec![], filters }).await.len(),
            usize::try_from(value).unwrap()
        );
    }
    assert!(kept.objects.names().len() <= segments + 32);
    kept.result.delete().await.unwrap();
    assert_eq!(kept.objects.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_view_that_makes_no_sense_is_refused() {
    let table = words();
    let kept = store(table.schema(), table.batches(&[2]), 10).await;
    let refused = |sort: Vec<SortKey>, filters: Vec<Condition>| {
        let result = Arc::new(kept.elsewhere());
        async move { result.view(&ViewSpec { sort, filters }).await.unwrap_err() }
    };
    let error = refused(vec![], vec![condition(1, Operator::Less, "soon")]).await;
    assert!(matches!(error, ResultError::NotOfKind(ColumnKind::Date)), "{error:?}");
    let error = refused(vec![], vec![condition(2, Operator::IsNull, "")]).await;
    assert!(matches!(error, ResultError::NoColumn), "{error:?}");
    let error = refused(vec![by(9, true)], vec![]).await;
    assert!(matches!(error, ResultError::NoColumn), "{error:?}");
    let error = refused(vec![by(0, true), by(1, true), by(0, false), by(1, false)], vec![]).await;
    assert!(matches!(error, ResultError::TooManySortColumns(3)), "{error:?}");
}
