//! `coffer.svc.research-query.result.export.v1`: a stored result as a file, streamed and recorded.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use coffer_bus::Parts;
use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{Certificate, ExportResult, FileBegin, RunExported};
use coffer_results::{CertificateText, ExportError, Exported, FileSink, Format, SinkClosed, export};
use uuid::Uuid;

use super::caller::person;
use super::results::{Readable, readable, unreadable};
use super::run_message::certificate;
use super::view::Seen;
use crate::app::App;
use crate::domain::access::Person;
use crate::store::exports::{self, Outcome};
use crate::store::runs::Run;

/// Answers [`ExportResult`].
pub(super) async fn result(
    app: App,
    question: ExportResult,
    mut parts: Parts<FileBegin>,
) -> Result<Parts<FileBegin>, Refusal> {
    let person = person(question.caller.as_ref())?;
    let format: Format = question
        .format
        .parse()
        .map_err(|_| Refusal::invalid("format", "The format is csv, tsv, xlsx or parquet."))?;
    let Readable { run, stored, result, .. } = readable(&app, &person, &question.run_id).await?;
    let seen = Seen::read(question.view, &stored.manifest)?;
    if seen.columns.is_empty() {
        return Err(Refusal::invalid("view.columns", "No column is left to export."));
    }
    let order = seen.order(&result).await?;
    let whole = seen.is_whole(&stored.manifest);
    let text = certificate_text(&certificate(&run, &stored), whole, app.now());
    let reader_gone = |_| refusal(SinkClosed.into());
    // The reader learns that the file comes; its first byte may have to wait.
    parts.begin(file_begin(&run, format, app.now())).await.map_err(reader_gone)?;
    let _turn = app.exports.acquire().await; // never closed
    let audit = begin(&app, &run, &person, format, whole).await?;
    let exported = export(&result, &order, &seen.columns, format, &text, &mut Sink(&mut parts)).await;
    conclude(&app, &run, &person, format, audit, &exported).await?;
    exported.map_err(refusal)?;
    Ok(parts)
}

struct Sink<'a>(&'a mut Parts<FileBegin>);

#[async_trait]
impl FileSink for Sink<'_> {
    async fn write(&mut self, part: Bytes) -> Result<(), SinkClosed> {
        self.0.send(part).await.map_err(|_| SinkClosed)
    }
}

async fn begin(app: &App, run: &Run, person: &Person, format: Format, whole: bool) -> Result<Uuid, Refusal> {
    let mut tx = app.begin().await?;
    let audit = exports::begin(&mut tx, run.id, person.id, format, whole, app.now()).await?;
    app.commit(tx).await?;
    Ok(audit)
}

/// Records the end before the reader hears of it: without a record the file is not complete.
async fn conclude(
    app: &App,
    run: &Run,
    person: &Person,
    format: Format,
    audit: Uuid,
    exported: &Result<Exported, ExportError>,
) -> Result<(), Refusal> {
    let outcome = match exported {
        Ok(exported) => Outcome::Done(exported),
        Err(ExportError::Closed(_)) => Outcome::Aborted,
        Err(_) => Outcome::Failed,
    };
    let mut tx = app.begin().await?;
    exports::end(&mut tx, audit, &outcome, app.now()).await?;
    if let Ok(exported) = exported {
        let fact = RunExported {
            run_id: run.id.to_string(),
            user_id: person.id.to_string(),
            format: format.as_str().to_owned(),
            rows: exported.rows,
            bytes: exported.bytes,
            sha256: exported.sha256.clone(),
        };
        app.outbox.enqueue(&mut tx, &fact).await.map_err(crate::store::StoreError::from)?;
    }
    app.commit(tx).await?;
    Ok(())
}

fn file_begin(run: &Run, format: Format, now: DateTime<Utc>) -> FileBegin {
    // The end of the id: the beginning is a time, which runs of one minute have in common.
    let id = run.id.as_uuid().simple().to_string();
    let short = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
    let moment = now.format("%Y%m%d_%H%M%S");
    FileBegin {
        file_name: format!("coffer_{}_{short}_{moment}.{}", run.database, format.extension()),
        content_type: format.content_type().to_owned(),
    }
}

/// What a workbook and a Parquet file say of themselves.
fn certificate_text(certificate: &Certificate, whole: bool, now: DateTime<Utc>) -> CertificateText {
    let moment = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let executed = certificate.executed_at.as_ref().and_then(|at| coffer_proto::moment(at).ok()).map(moment);
    let line = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    let mut lines = vec![
        line("Certificate", &certificate.id),
        line("Database", &certificate.database),
        line("State of the data", &certificate.data_version),
        line("SQL", &certificate.sql),
    ];
    lines.extend(certificate.parameters.iter().map(|parameter| {
        let label = format!("Parameter :{} ({})", parameter.name, parameter.kind);
        (label, parameter.value.clone().unwrap_or_else(|| "NULL".to_owned()))
    }));
    let part = if whole { "the whole result" } else { "a part of the result, or in another order" };
    lines.extend([
        line("Rows of the result", &certificate.rows.to_string()),
        line("SHA-256 of its values", &certificate.sha256),
        line("Executed at", &executed.unwrap_or_default()),
        line("Executed for", &certificate.user_name),
        line("Trace", &certificate.trace_id),
        line("Coffer", &certificate.coffer_version),
        line("This file", part),
        line("Exported at", &moment(now)),
    ]);
    CertificateText(lines)
}

fn refusal(error: ExportError) -> Refusal {
    match error {
        ExportError::Result(error) => unreadable(&error),
        ExportError::Closed(_) => Refusal::new(Code::Unavailable, "The reader of the file has gone."),
        ExportError::Xlsx(_) => Refusal::invalid(
            "format",
            "This result does not fit into a workbook. Please choose another format.",
        ),
        error => {
            let cause: &(dyn std::error::Error + 'static) = &error;
            tracing::error!(cause, "a result could not be exported");
            Refusal::new(
                Code::Internal,
                "The file could not be made. Please tell the research database manager.",
            )
        }
    }
}
