//! `coffer.svc.research-query.schema.document.v1`: the structure of a database as a file.

use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{GetSchemaDocument, SchemaDocument};
use coffer_results::Format;

use super::caller::person;
use crate::app::App;
use crate::domain::structure_document::{tsv, xlsx};

/// A document must fit into one message.
const LARGEST: usize = 7 * 1024 * 1024;

/// Answers [`GetSchemaDocument`].
pub(super) async fn get(app: App, question: GetSchemaDocument) -> Result<SchemaDocument, Refusal> {
    let person = person(question.caller.as_ref())?;
    let offered = app.database(&person, &question.database);
    let offered = offered.ok_or_else(|| Refusal::not_found("There is no such database."))?;
    let format = question.format.parse().ok().filter(|format| matches!(format, Format::Tsv | Format::Xlsx));
    let format: Format = format.ok_or_else(|| Refusal::invalid("format", "The format is tsv or xlsx."))?;
    let tables = app.tables(&question.database);
    let made = tokio::task::spawn_blocking(move || {
        let people = |column: &str| offered.settings.people(column);
        if format == Format::Tsv { Some(tsv(&tables, people)) } else { xlsx(&tables, people).ok() }
    });
    let content = made.await.ok().flatten();
    let content = content.ok_or_else(|| Refusal::new(Code::Internal, "The document could not be made."))?;
    if content.len() > LARGEST {
        return Err(Refusal::conflict("The structure is too large for one file. Please use the page."));
    }
    Ok(SchemaDocument {
        file_name: format!("coffer_{}_structure.{}", question.database, format.extension()),
        content_type: format.content_type().to_owned(),
        content,
    })
}
