//! Measures writing, paging, sorting and exporting of a result of 1,000,000 rows.
#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    missing_docs
)]
use arrow_array::*;
use arrow_schema::Schema;
use bytes::Bytes;
use coffer_results::*;
use coffer_store::{Keyring, SealingSettings};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

#[derive(Default)]
struct Disk(Mutex<BTreeMap<String, u64>>);
#[async_trait::async_trait]
impl Objects for Disk {
    async fn put(&self, name: &str, content: Bytes) -> Result<(), ObjectError> {
        self.0.lock().unwrap().insert(name.to_owned(), content.len() as u64);
        let path = format!("/tmp/results/objects/{}", name.replace('/', "_"));
        tokio::fs::write(path, &content).await.unwrap();
        Ok(())
    }
    async fn get(&self, name: &str) -> Result<Bytes, ObjectError> {
        let path = format!("/tmp/results/objects/{}", name.replace('/', "_"));
        tokio::fs::read(path).await.map(Bytes::from).map_err(|_| ObjectError::Missing)
    }
    async fn delete(&self, _: &str) -> Result<(), ObjectError> {
        Ok(())
    }
}
struct Sink(std::fs::File, u64);
#[async_trait::async_trait]
impl FileSink for Sink {
    async fn write(&mut self, part: Bytes) -> Result<(), SinkClosed> {
        use std::io::Write;
        self.1 += part.len() as u64;
        self.0.write_all(&part).unwrap();
        Ok(())
    }
}
fn peak() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS"))
        .map(|l| l.replace('\t', " "))
        .collect::<Vec<_>>()
        .join(" ")
}
fn schema() -> Arc<Schema> {
    use ColumnKind::*;
    Arc::new(Schema::new(
        [
            ("id", Integer),
            ("rid", Text),
            ("visit", Integer),
            ("day", Date),
            ("at", Timestamp),
            ("score", Number),
            ("dose", Decimal),
            ("flag", Boolean),
            ("code", Text),
            ("note", Text),
        ]
        .iter()
        .map(|(n, k)| k.field(n))
        .collect::<Vec<_>>(),
    ))
}
fn batch(schema: &Arc<Schema>, first: i64, rows: i64) -> RecordBatch {
    let words = [
        "patient",
        "reports",
        "low",
        "mood",
        "sleep",
        "poor",
        "denies",
        "thoughts",
        "of",
        "harm",
        "medication",
        "reviewed",
        "family",
        "visit",
        "plan",
        "agreed",
        "anxious",
        "appetite",
        "walks",
        "daily",
    ];
    let r = || first..first + rows;
    let h = |i: i64| {
        (i as u64).wrapping_mul(0x9E3779B97F4A7C15) ^ ((i as u64).wrapping_mul(0x9E3779B97F4A7C15) >> 29)
    };
    let note = |i: i64| {
        let mut s = String::new();
        let mut x = h(i);
        for _ in 0..17 {
            x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            s.push_str(words[(x >> 40) as usize % 20]);
            s.push(' ');
        }
        s
    };
    let cols: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(r())),
        Arc::new(StringArray::from_iter_values(r().map(|i| format!("{:016x}", h(i / 50))))),
        Arc::new(Int64Array::from_iter_values(r().map(|i| (h(i) % 100_000) as i64))),
        Arc::new(Date32Array::from_iter(r().map(|i| (i % 17 != 0).then_some((h(i) % 20_000) as i32)))),
        Arc::new(TimestampMicrosecondArray::from_iter_values(
            r().map(|i| 1_600_000_000_000_000 + (h(i) % 100_000_000) as i64 * 1_000_000),
        )),
        Arc::new(Float64Array::from_iter_values(r().map(|i| (h(i) % 10_000) as f64 / 7.0))),
        Arc::new(StringArray::from_iter_values(r().map(|i| format!("{}.{:02}", h(i) % 500, i % 100)))),
        Arc::new(BooleanArray::from_iter(r().map(|i| Some(h(i) % 2 == 0)))),
        Arc::new(StringArray::from_iter_values(r().map(|i| format!("F{}.{}", h(i) % 90, i % 10)))),
        Arc::new(StringArray::from_iter_values(r().map(note))),
    ];
    RecordBatch::try_new(schema.clone(), cols).unwrap()
}
#[tokio::main(worker_threads = 2)]
async fn main() {
    std::fs::create_dir_all("/tmp/results/objects").unwrap();
    let keyring = Keyring::new(&SealingSettings::default()).unwrap();
    let objects = Arc::new(Disk::default());
    let run = coffer_types::RunId::new();
    let schema = schema();
    let mut writer = ResultWriter::new(objects.clone(), keyring.clone(), run, 1, schema.clone());
    let mut making = std::time::Duration::ZERO;
    let all = Instant::now();
    for first in (0..1_000_000).step_by(8192) {
        let t = Instant::now();
        let b = batch(&schema, first, 8192.min(1_000_000 - first));
        making += t.elapsed();
        writer.write(b).await.unwrap();
    }
    let manifest = Arc::new(writer.finish().await.unwrap());
    println!(
        "write {:?} of which making rows {making:?}; {} parts {} MB plain {} MB; {}",
        all.elapsed(),
        manifest.segments.len(),
        manifest.bytes >> 20,
        manifest.plain_bytes >> 20,
        peak()
    );
    // the same, single stages
    let result =
        StoredResult::new(objects.clone(), keyring, run, 1, manifest.clone(), SegmentCache::new(32 << 20));
    let order = result.stored_order();
    let columns: Vec<_> = (0..10).collect();
    for offset in [0, 50, 500_000, 500_050, 999_950] {
        let t = Instant::now();
        result.page(&order, offset, 50, &columns).await.unwrap();
        println!("page at {offset}: {:?}", t.elapsed());
    }
    for format in [Format::Csv, Format::Tsv, Format::Parquet] {
        let t = Instant::now();
        let mut sink =
            Sink(std::fs::File::create(format!("/tmp/results/out.{}", format.as_str())).unwrap(), 0);
        let e =
            export(&result, &order, &columns, format, &CertificateText::default(), &mut sink).await.unwrap();
        println!("{} {:?}: {} MB; {}", format.as_str(), t.elapsed(), e.bytes >> 20, peak());
    }
    for (name, sort, filters) in [
        ("by integer", vec![SortKey { column: 2, descending: true }], vec![]),
        ("by rid", vec![SortKey { column: 1, descending: false }], vec![]),
        ("by note", vec![SortKey { column: 9, descending: false }], vec![]),
        (
            "by flag, day, score",
            vec![
                SortKey { column: 7, descending: false },
                SortKey { column: 3, descending: true },
                SortKey { column: 5, descending: false },
            ],
            vec![],
        ),
        (
            "contains",
            vec![],
            vec![Condition { column: 9, operator: Operator::Contains, value: "sleep Poor denies".into() }],
        ),
        ("date", vec![], vec![Condition { column: 3, operator: Operator::Less, value: "1980-01-01".into() }]),
    ] {
        let t = Instant::now();
        let order = result.view(&ViewSpec { sort, filters }).await.unwrap();
        let view = t.elapsed();
        let t = Instant::now();
        result.page(&order, 100, 50, &columns).await.unwrap();
        let page = t.elapsed();
        let t = Instant::now();
        result.page(&order, 150, 50, &columns).await.unwrap();
        println!(
            "view {name}: {view:?}, {} rows, page {page:?}, next {:?}; {}",
            order.rows(),
            t.elapsed(),
            peak()
        );
        if name == "by note" {
            let t = Instant::now();
            let mut sink = Sink(std::fs::File::create("/tmp/results/out.csv").unwrap(), 0);
            export(&result, &order, &columns, Format::Csv, &CertificateText::default(), &mut sink)
                .await
                .unwrap();
            println!("sorted csv {:?}; {}", t.elapsed(), peak());
        }
    }
    if std::env::args().nth(1).is_some() {
        let t = Instant::now();
        let mut sink = Sink(std::fs::File::create("/tmp/results/out.xlsx").unwrap(), 0);
        let e = export(&result, &order, &columns, Format::Xlsx, &CertificateText::default(), &mut sink)
            .await
            .unwrap();
        println!("xlsx {:?}: {} MB; {}", t.elapsed(), e.bytes >> 20, peak());
    }
}
