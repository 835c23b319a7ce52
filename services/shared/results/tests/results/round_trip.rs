//! What is written is read again, however it was cut into batches and parts.

use std::sync::Arc;

use crate::support::{Cell, Kept, MemoryObjects, Table, keyring, open, store, table, wait};
use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use coffer_results::{
    ColumnKind, Manifest, ObjectError, Objects, ResultError, ResultWriter, StoredResult, delete_attempt,
};
use coffer_types::RunId;
use futures::TryStreamExt as _;
use proptest::prelude::*;

async fn read(result: &StoredResult, columns: &[usize]) -> RecordBatch {
    let batches: Vec<_> = result.batches(&result.stored_order(), columns).try_collect().await.unwrap();
    let schema = result.manifest().schema().project(columns).unwrap();
    concat_batches(&Arc::new(schema), &batches).unwrap()
}

fn numbers(rows: i64) -> Table {
    let texts = (0..rows).map(|row| Cell::Text(format!("row {row}"))).collect();
    Table::new(vec![
        ("number", ColumnKind::Integer, (0..rows).map(Cell::Whole).collect()),
        ("text", ColumnKind::Text, texts),
        ("nothing", ColumnKind::Date, (0..rows).map(|_| Cell::Null).collect()),
    ])
}

async fn kept(rows: i64) -> Kept {
    let table = numbers(rows);
    store(table.schema(), table.batches(&[700]), 10_000).await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_and_hash_do_not_depend_on_batches_and_parts(
        table in table(0..200),
        sizes in prop::collection::vec(1_usize..90, 1..4),
        part_bytes in 1_usize..4000,
    ) {
        wait(async {
            let one = store(table.schema(), table.batches(&[usize::MAX]), usize::MAX).await;
            let other = store(table.schema(), table.batches(&sizes), part_bytes).await;
            prop_assert_eq!(&one.manifest.sha256, &other.manifest.sha256);
            prop_assert_eq!(one.manifest.rows, table.rows() as u64);
            let all: Vec<_> = (0..table.columns.len()).collect();
            prop_assert_eq!(format!("{:?}", read(&other.result, &all).await), format!("{:?}", table.batch()));
            Ok(())
        })?;
    }

    #[test]
    fn any_change_of_a_value_changes_the_hash(table in table(1..20), at: prop::sample::Index) {
        let mut changed = table.clone();
        let column = at.index(changed.columns.len());
        let row = at.index(table.rows());
        let cell = &mut changed.columns[column].2[row];
        *cell = if *cell == Cell::Null { filler(table.columns[column].1) } else { Cell::Null };
        wait(async {
            let one = store(table.schema(), table.batches(&[7]), 1000).await;
            let other = store(changed.schema(), changed.batches(&[7]), 1000).await;
            prop_assert_ne!(&one.manifest.sha256, &other.manifest.sha256);
            Ok(())
        })?;
    }
}

fn filler(kind: ColumnKind) -> Cell {
    match kind {
        ColumnKind::Boolean => Cell::Boolean(false),
        ColumnKind::Number => Cell::Number(0.0),
        ColumnKind::Text | ColumnKind::Decimal => Cell::Text(String::new()),
        ColumnKind::Binary => Cell::Bytes(Vec::new()),
        _ => Cell::Whole(0),
    }
}

#[tokio::test]
async fn pages_cross_the_borders_of_blocks_and_parts() {
    let kept = kept(5000).await;
    assert!(kept.manifest.segments.len() > 5);
    let order = kept.result.stored_order();
    for offset in [0, 1, 699, 1000, 1020, 1399, 2047, 4990, 4999, 5000, 9000] {
        let page = kept.result.page(&order, offset, 30, &[1, 0]).await.unwrap();
        let expected: Vec<_> = (offset..5000.min(offset + 30))
            .map(|row| (row, vec![Some(format!("row {row}")), Some(row.to_string())]))
            .collect();
        assert_eq!(page.rows, expected, "from {offset}");
    }
}

#[tokio::test]
async fn a_large_part_is_read_by_the_block() {
    let table = numbers(5000);
    let kept = store(table.schema(), table.batches(&[5000]), usize::MAX).await;
    assert_eq!(kept.manifest.segments.len(), 1);
    let page = kept.result.page(&kept.result.stored_order(), 1020, 10, &[0]).await.unwrap();
    assert_eq!(page.rows[9], (1029, vec![Some("1029".to_owned())]));
}

#[tokio::test]
async fn a_page_is_read_from_the_store_once() {
    let kept = kept(5000).await;
    let order = kept.result.stored_order();
    for offset in [10, 20, 30] {
        kept.result.page(&order, offset, 5, &[0]).await.unwrap();
    }
    assert_eq!(kept.objects.reads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_larger_than_a_part_is_cut() {
    let table = numbers(3000);
    let kept = store(table.schema(), table.batches(&[3000]), 10_000).await;
    assert!(kept.manifest.segments.iter().all(|segment| segment.rows < 1000), "{:?}", kept.manifest.segments);
    assert_eq!(read(&kept.result, &[0, 1, 2]).await, table.batch());
}

#[tokio::test]
async fn the_manifest_tells_the_columns_and_which_are_empty() {
    let kept = kept(100).await;
    let json = serde_json::to_string(&*kept.manifest).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), *kept.manifest);
    let columns = kept.manifest.columns.iter();
    let told: Vec<_> = columns.map(|column| (column.name.as_str(), column.kind, column.empty)).collect();
    let expected = [
        ("number", ColumnKind::Integer, false),
        ("text", ColumnKind::Text, false),
        ("nothing", ColumnKind::Date, true),
    ];
    assert_eq!(told, expected);
    let stored: usize = kept.objects.contents.lock().unwrap().values().map(Bytes::len).sum();
    assert_eq!(kept.manifest.bytes, stored as u64);
}

#[tokio::test]
async fn a_result_without_rows_has_columns() {
    let table = numbers(0);
    let kept = store(table.schema(), vec![], 1000).await;
    assert_eq!((kept.manifest.rows, kept.manifest.segments.len()), (0, 0));
    assert!(kept.manifest.columns.iter().all(|column| column.empty));
    assert_eq!(kept.result.page(&kept.result.stored_order(), 0, 10, &[0, 2]).await.unwrap().rows, vec![]);
}

#[tokio::test]
async fn a_part_that_was_changed_or_moved_is_refused() {
    let kept = kept(5000).await;
    let name = |number: usize| format!("{}/1/{number}", kept.run);
    let original = kept.objects.contents.lock().unwrap().clone();

    let mut changed = original[&name(0)].to_vec();
    changed[1000] ^= 1;
    for (content, why) in [(changed.into(), "changed"), (original[&name(1)].clone(), "moved")] {
        kept.objects.put(&name(0), content).await.unwrap();
        let result = kept.elsewhere();
        let page = result.page(&result.stored_order(), 0, 10, &[0]).await;
        assert!(matches!(page, Err(ResultError::Seal(_))), "{why}: {page:?}");
    }
    kept.objects.delete(&name(0)).await.unwrap();
    let result = kept.elsewhere();
    let page = result.page(&result.stored_order(), 0, 10, &[0]).await;
    assert!(matches!(page, Err(ResultError::Object(ObjectError::Missing))), "{page:?}");
}

#[tokio::test]
async fn rows_with_other_columns_are_refused() {
    let objects = Arc::<MemoryObjects>::default();
    let mut writer = ResultWriter::new(objects, keyring(), RunId::new(), 1, numbers(0).schema());
    let other = Table::new(vec![("number", ColumnKind::Text, vec![Cell::Text("1".to_owned())])]);
    assert!(matches!(writer.write(other.batch()).await, Err(ResultError::Columns)));
}

#[tokio::test]
async fn a_column_that_is_not_there_is_refused() {
    let kept = kept(10).await;
    let page = kept.result.page(&kept.result.stored_order(), 0, 1, &[3]).await;
    assert!(matches!(page, Err(ResultError::NoColumn)));
}

#[tokio::test]
async fn what_is_given_up_is_deleted() {
    let objects = Arc::<MemoryObjects>::default();
    let shared = Arc::clone(&objects) as Arc<dyn Objects>;
    let table = numbers(5000);
    let mut writer = ResultWriter::new(shared, keyring(), RunId::new(), 1, table.schema()).part_bytes(5000);
    writer.write(table.batch()).await.unwrap();
    assert!(writer.bytes() > 0);
    assert_eq!(writer.rows(), 5000);
    writer.discard().await;
    assert_eq!(objects.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_result_is_deleted_as_a_whole() {
    let kept = kept(5000).await;
    kept.result.delete().await.unwrap();
    assert_eq!(kept.objects.names(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_dead_worker_left_is_deleted() {
    let kept = kept(5000).await;
    let other = format!("{}/2/0", kept.run);
    kept.objects.put(&other, Bytes::from_static(b"another attempt")).await.unwrap();
    let objects = Arc::clone(&kept.objects) as Arc<dyn Objects>;
    delete_attempt(objects, keyring(), kept.run, 1).await.unwrap();
    assert_eq!(kept.objects.names(), [other]);
}

/// A store that breaks after some objects.
struct Full(MemoryObjects);

#[async_trait::async_trait]
impl Objects for Full {
    async fn put(&self, name: &str, content: Bytes) -> Result<(), ObjectError> {
        if self.0.names().len() > 2 {
            return Err(ObjectError::Store("full".into()));
        }
        self.0.put(name, content).await
    }

    async fn get(&self, name: &str) -> Result<Bytes, ObjectError> {
        self.0.get(name).await
    }

    async fn delete(&self, name: &str) -> Result<(), ObjectError> {
        self.0.delete(name).await
    }
}

#[tokio::test]
async fn a_store_that_fails_ends_the_writing() {
    let objects = Arc::new(Full(MemoryObjects::default()));
    let table = numbers(5000);
    let mut writer = ResultWriter::new(objects, keyring(), RunId::new(), 1, table.schema()).part_bytes(5000);
    let written = writer.write(table.batch()).await;
    assert!(matches!(written, Err(ResultError::Object(ObjectError::Store(_)))), "{written:?}");
    writer.discard().await;
}

#[tokio::test]
async fn a_manifest_of_another_result_is_refused() {
    let kept = kept(5000).await;
    let mut manifest = (*kept.manifest).clone();
    manifest.segments[0].rows += 1;
    manifest.rows += 1;
    let result = open(&kept.objects, kept.run, &Arc::new(manifest));
    let read: Result<Vec<_>, _> = result.batches(&result.stored_order(), &[0]).try_collect().await;
    assert!(matches!(read, Err(ResultError::Rows)), "{read:?}");
}
