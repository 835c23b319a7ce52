//! Results in memory, and rows of every kind to put into them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Schema, SchemaRef};
use async_trait::async_trait;
use bytes::Bytes;
use coffer_results::{
    ColumnKind, FileSink, Manifest, ObjectError, Objects, ResultWriter, SegmentCache, SinkClosed,
    StoredResult,
};
use coffer_store::{Keyring, SealingSettings};
use coffer_types::RunId;
use proptest::prelude::*;

/// Objects in memory.
#[derive(Default)]
pub(crate) struct MemoryObjects {
    pub(crate) contents: Mutex<BTreeMap<String, Bytes>>,
    pub(crate) reads: Mutex<Vec<String>>,
}

#[async_trait]
impl Objects for MemoryObjects {
    async fn put(&self, name: &str, content: Bytes) -> Result<(), ObjectError> {
        self.contents.lock().unwrap().insert(name.to_owned(), content);
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Bytes, ObjectError> {
        self.reads.lock().unwrap().push(name.to_owned());
        self.contents.lock().unwrap().get(name).cloned().ok_or(ObjectError::Missing)
    }

    async fn delete(&self, name: &str) -> Result<(), ObjectError> {
        self.contents.lock().unwrap().remove(name);
        Ok(())
    }
}

impl MemoryObjects {
    pub(crate) fn names(&self) -> Vec<String> {
        self.contents.lock().unwrap().keys().cloned().collect()
    }
}

/// A file in memory.
#[derive(Default)]
pub(crate) struct MemoryFile {
    pub(crate) content: Vec<u8>,
    pub(crate) largest_part: usize,
}

#[async_trait]
impl FileSink for MemoryFile {
    async fn write(&mut self, part: Bytes) -> Result<(), SinkClosed> {
        self.largest_part = self.largest_part.max(part.len());
        self.content.extend_from_slice(&part);
        Ok(())
    }
}

pub(crate) fn keyring() -> Keyring {
    Keyring::new(&SealingSettings::default()).unwrap()
}

/// A value of any kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Boolean(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Columns of equal length.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) columns: Vec<(String, ColumnKind, Vec<Cell>)>,
}

impl Table {
    pub(crate) fn new(columns: Vec<(&str, ColumnKind, Vec<Cell>)>) -> Self {
        Self {
            columns: columns.into_iter().map(|(name, kind, cells)| (name.to_owned(), kind, cells)).collect(),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, _, cells)| cells.len())
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.columns.iter().map(|(name, kind, _)| kind.field(name)).collect::<Vec<_>>()))
    }

    pub(crate) fn batch(&self) -> RecordBatch {
        let arrays = self.columns.iter().map(|(_, kind, cells)| array(*kind, cells)).collect();
        RecordBatch::try_new(self.schema(), arrays).unwrap()
    }

    /// Rows in batches of these sizes, over and over.
    pub(crate) fn batches(&self, sizes: &[usize]) -> Vec<RecordBatch> {
        let whole = self.batch();
        let mut batches = Vec::new();
        let mut first = 0;
        for size in sizes.iter().cycle() {
            if first >= whole.num_rows() {
                break;
            }
            let size = (*size).clamp(1, whole.num_rows() - first);
            batches.push(whole.slice(first, size));
            first += size;
        }
        batches
    }
}

fn array(kind: ColumnKind, cells: &[Cell]) -> ArrayRef {
    macro_rules! build {
        ($builder:expr, $variant:ident, |$value:ident| $convert:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                match cell {
                    Cell::$variant($value) => builder.append_value($convert),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }};
    }
    match kind {
        ColumnKind::Boolean => build!(BooleanBuilder::new(), Boolean, |value| *value),
        ColumnKind::Integer => build!(Int64Builder::new(), Whole, |value| *value),
        ColumnKind::Number => build!(Float64Builder::new(), Number, |value| *value),
        ColumnKind::Text | ColumnKind::Decimal => build!(StringBuilder::new(), Text, |value| value),
        ColumnKind::Date => build!(Date32Builder::new(), Whole, |value| i32::try_from(*value).unwrap()),
        ColumnKind::Time => build!(Time64MicrosecondBuilder::new(), Whole, |value| *value),
        ColumnKind::Timestamp => build!(TimestampMicrosecondBuilder::new(), Whole, |value| *value),
        ColumnKind::TimestampTz => {
            build!(TimestampMicrosecondBuilder::new().with_timezone("UTC"), Whole, |value| *value)
        }
        ColumnKind::Binary => build!(BinaryBuilder::new(), Bytes, |value| value),
    }
}

/// Any value of a kind; few enough different ones that some are equal.
pub(crate) fn cell(kind: ColumnKind) -> BoxedStrategy<Cell> {
    let value = match kind {
        ColumnKind::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
        ColumnKind::Integer => {
            prop_oneof![any::<i64>(), -3_i64..3, Just(i64::MIN), Just(i64::MAX)].prop_map(Cell::Whole).boxed()
        }
        ColumnKind::Number => prop_oneof![
            any::<f64>(),
            (-3_i32..3).prop_map(f64::from),
            Just(f64::NAN),
            Just(-0.0),
            Just(f64::INFINITY)
        ]
        .prop_map(Cell::Number)
        .boxed(),
        ColumnKind::Decimal => {
            let digits = prop_oneof!["-?[0-9]{1,3}", "-?0?[0-9]{1,30}\\.[0-9]{1,10}"];
            prop_oneof![9 => digits, 1 => Just("NaN".to_owned())].prop_map(Cell::Text).boxed()
        }
        ColumnKind::Text => {
            let long =
                "[a-b]{0,3}".prop_map(|end| "the same beginning of every text, ".repeat(2) + end.as_str());
            prop_oneof![any::<String>(), "[a-cA-C=é\u{0}\u{1}]{0,3}", long].prop_map(Cell::Text).boxed()
        }
        ColumnKind::Date => (-800_000_i64..3_000_000).prop_map(Cell::Whole).boxed(),
        ColumnKind::Time => (0_i64..86_400_000_000).prop_map(Cell::Whole).boxed(),
        ColumnKind::Timestamp | ColumnKind::TimestampTz => {
            (-62_000_000_000_000_000_i64..250_000_000_000_000_000).prop_map(Cell::Whole).boxed()
        }
        ColumnKind::Binary => prop::collection::vec(0_u8..3, 0..20).prop_map(Cell::Bytes).boxed(),
    };
    prop_oneof![1 => Just(Cell::Null), 6 => value].boxed()
}

/// Tables of some columns of any kind and some rows.
pub(crate) fn table(rows: std::ops::Range<usize>) -> impl Strategy<Value = Table> {
    let kinds = prop::collection::vec(prop::sample::select(&ColumnKind::ALL), 1..5);
    (kinds, rows).prop_flat_map(|(kinds, rows)| {
        let columns: Vec<_> =
            kinds.into_iter().map(|kind| (Just(kind), prop::collection::vec(cell(kind), rows))).collect();
        columns.prop_map(|columns| {
            let named = columns.into_iter().enumerate();
            Table {
                columns: named.map(|(index, (kind, cells))| (format!("c{index}"), kind, cells)).collect(),
            }
        })
    })
}

/// A stored result and where its parts are.
pub(crate) struct Kept {
    pub(crate) objects: Arc<MemoryObjects>,
    pub(crate) run: RunId,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) result: StoredResult,
}

impl Kept {
    /// The same result as another process sees it, with a cache of its own.
    pub(crate) fn elsewhere(&self) -> StoredResult {
        open(&self.objects, self.run, &self.manifest)
    }
}

pub(crate) fn open(objects: &Arc<MemoryObjects>, run: RunId, manifest: &Arc<Manifest>) -> StoredResult {
    let cache = SegmentCache::new(64 * 1024 * 1024);
    let objects = Arc::clone(objects) as Arc<dyn Objects>;
    StoredResult::new(objects, keyring(), run, 1, Arc::clone(manifest), cache)
}

/// Stores batches in parts of about so many bytes.
pub(crate) async fn store(schema: SchemaRef, batches: Vec<RecordBatch>, part_bytes: usize) -> Kept {
    let objects = Arc::<MemoryObjects>::default();
    let run = RunId::new();
    let shared = Arc::clone(&objects) as Arc<dyn Objects>;
    let mut writer = ResultWriter::new(shared, keyring(), run, 1, schema).part_bytes(part_bytes);
    for batch in batches {
        writer.write(batch).await.unwrap();
    }
    let manifest = Arc::new(writer.finish().await.unwrap());
    let result = open(&objects, run, &manifest);
    Kept { objects, run, manifest, result }
}

/// Runs a future to its end.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
