//! Objects in buckets, and answers in parts: against a real broker.

use std::time::Duration;

use bytes::Bytes;
use coffer_bus::{AskError, BusError, Gone, Parts};
use coffer_proto::common::v1::{Refusal, refusal};
use coffer_proto::query::v1::{ExportResult, FileBegin, RunProgress};
use futures::StreamExt;
use tokio::sync::mpsc;

use crate::support::Harness;

const KEEP: Duration = Duration::from_hours(24);

#[tokio::test]
async fn an_object_is_read_as_it_was_written_until_it_is_deleted() {
    let harness = Harness::start().await;
    let bucket = harness.bus.bucket("RESULTS", KEEP).await.unwrap();
    let content: Bytes = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>().into();
    bucket.put("run/1/0", content.clone()).await.unwrap();
    bucket.put("run/1/1", Bytes::new()).await.unwrap();
    let other = harness.bus.bucket("RESULTS", KEEP).await.unwrap();
    assert_eq!(other.get("run/1/0").await.unwrap(), Some(content));
    assert_eq!(other.get("run/1/1").await.unwrap(), Some(Bytes::new()));
    other.delete("run/1/0").await.unwrap();
    other.delete("run/1/0").await.unwrap();
    other.delete("never").await.unwrap();
    assert_eq!(bucket.get("run/1/0").await.unwrap(), None);
    assert_eq!(bucket.get("never").await.unwrap(), None);
}

#[tokio::test]
async fn a_bucket_with_another_keeping_time_is_a_conflict() {
    let harness = Harness::start().await;
    harness.bus.bucket("RESULTS", KEEP).await.unwrap();
    let conflict = harness.bus.bucket("RESULTS", KEEP * 2).await.err().unwrap();
    assert!(matches!(conflict, BusError::Conflict { .. }), "{conflict}");
}

async fn write(mut parts: Parts<FileBegin>, count: u32) -> Result<Parts<FileBegin>, Gone> {
    parts.begin(FileBegin { file_name: "file".to_owned(), ..FileBegin::default() }).await?;
    for number in 0..count {
        parts.send(vec![number.to_le_bytes()[0]; 100_000].into()).await?;
    }
    Ok(parts)
}

/// Writes as many parts as the format says; tells how it ended.
async fn serve(harness: &Harness, ended: mpsc::UnboundedSender<bool>) {
    let answers = harness.bus.answers().on_stream(move |question: ExportResult, parts| {
        let ended = ended.clone();
        async move {
            match question.format.as_str() {
                "nothing" => Err(Refusal::invalid("format", "There is no such format.")),
                "broken" => {
                    let _parts = write(parts, 3).await.unwrap();
                    Err(Refusal::new(refusal::Code::Unavailable, "The store does not answer."))
                }
                "panic" => panic!("a bug"),
                "slow" => {
                    // Longer than a question's answer may take.
                    let mut parts = write(parts, 1).await.unwrap();
                    tokio::time::sleep(Duration::from_secs(22)).await;
                    parts.send(Bytes::from_static(b"late")).await.unwrap();
                    Ok(parts)
                }
                count => {
                    let written = write(parts, count.parse().unwrap()).await;
                    ended.send(written.is_ok()).unwrap();
                    written.map_err(|gone| Refusal::new(refusal::Code::Unavailable, gone.to_string()))
                }
            }
        }
    });
    answers.serve(&harness.context).await.unwrap();
}

fn export(format: &str) -> ExportResult {
    ExportResult { format: format.to_owned(), ..ExportResult::default() }
}

#[tokio::test]
async fn an_answer_in_parts_comes_whole_and_in_order() {
    let harness = Harness::start().await;
    let (ended, _guard) = mpsc::unbounded_channel();
    serve(&harness, ended).await;
    for count in [0_u32, 1, 300] {
        let (begin, parts) = harness.bus.ask_stream(&export(&count.to_string())).await.unwrap();
        assert_eq!(begin.file_name, "file");
        let parts: Vec<_> = parts.collect().await;
        let first_bytes = parts.iter().map(|part| part.as_ref().unwrap()[0]);
        assert!(first_bytes.eq((0..count).map(|number| number.to_le_bytes()[0])), "{count}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_before_the_first_part_and_in_the_middle() {
    let harness = Harness::start().await;
    let (ended, _guard) = mpsc::unbounded_channel();
    serve(&harness, ended).await;
    let refused = harness.bus.ask_stream(&export("nothing")).await.err().unwrap();
    assert!(matches!(refused, AskError::Refused(refusal) if refusal.field == "format"));
    let (_, parts) = harness.bus.ask_stream(&export("broken")).await.unwrap();
    let parts: Vec<_> = parts.collect().await;
    assert_eq!(parts.len(), 4);
    assert!(matches!(parts[3], Err(AskError::Refused(_))));
    let panicked = harness.bus.ask_stream(&export("panic")).await.err().unwrap();
    assert!(matches!(panicked, AskError::Refused(refusal) if refusal.code() == refusal::Code::Internal));
}

#[tokio::test]
async fn a_part_that_takes_long_is_waited_for() {
    let harness = Harness::start().await;
    let (ended, _guard) = mpsc::unbounded_channel();
    serve(&harness, ended).await;
    let (_, parts) = harness.bus.ask_stream(&export("slow")).await.unwrap();
    let parts: Vec<_> = parts.collect().await;
    assert!(parts.iter().all(Result::is_ok));
    assert_eq!(parts.len(), 2);
}

#[tokio::test]
async fn a_reader_that_goes_stops_the_writer() {
    let harness = Harness::start().await;
    let (ended, mut end) = mpsc::unbounded_channel();
    serve(&harness, ended).await;
    let (_, mut parts) = harness.bus.ask_stream(&export("100000")).await.unwrap();
    assert!(parts.next().await.unwrap().is_ok());
    drop(parts);
    let finished = tokio::time::timeout(Duration::from_secs(5), end.recv()).await.unwrap();
    assert_eq!(finished, Some(false));
}

#[tokio::test]
async fn a_writer_goes_no_faster_than_its_reader() {
    let harness = Harness::start().await;
    let (ended, mut end) = mpsc::unbounded_channel();
    serve(&harness, ended).await;
    let (_, parts) = harness.bus.ask_stream(&export("200")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(end.try_recv().is_err(), "200 parts were sent to a reader that took none");
    assert_eq!(parts.count().await, 200);
    assert_eq!(end.recv().await, Some(true));
}

#[tokio::test]
async fn nobody_to_answer_is_told() {
    let harness = Harness::start().await;
    let nobody = harness.bus.ask_stream(&export("1")).await.err();
    assert!(matches!(nobody, Some(AskError::Unavailable)));
}

#[tokio::test]
async fn whoever_listens_is_told() {
    let harness = Harness::start().await;
    let mut heard = harness.bus.watch("coffer.live.research-query.1").await.unwrap();
    let progress = RunProgress { run_id: "1".to_owned(), rows: 7, ..RunProgress::default() };
    harness.bus.tell("coffer.live.research-query.1", &progress).await.unwrap();
    let notice = heard.next().await.unwrap();
    let body: RunProgress = prost::Message::decode(notice.body).unwrap();
    assert_eq!(body, progress);
}
