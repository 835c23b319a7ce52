//! Research-query around its runs, played with samples; keeps what it was told to do.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{
    DatabaseList, GetSchemaDocument, ListSchema, RefreshSchema, SchemaDocument, Table,
};
use coffer_runtime::Context;

use super::fake::Asked;
use super::research_samples as samples;

/// What research-query was told, and what changes its answers.
#[derive(Default)]
pub(crate) struct Research {
    /// Tables of the first database, when a test changes them.
    pub(crate) tables: Option<Vec<Table>>,
    pub(crate) refreshed: u32,
}

impl Asked {
    pub(crate) async fn serve_research(&self, context: &Context) {
        let me = || self.clone();
        let (list, refresh) = (me(), me());
        self.bus
            .answers()
            .on(move |_: ListSchema| {
                let databases = list.databases();
                async move { Ok(databases) }
            })
            .on(move |_: RefreshSchema| {
                refresh.state().research.refreshed += 1;
                let databases = refresh.databases();
                async move { Ok(databases) }
            })
            .on(|question: GetSchemaDocument| async move {
                match (question.database.as_str(), question.format.as_str()) {
                    ("demo", "tsv" | "xlsx") => Ok(SchemaDocument {
                        file_name: format!("structure \"demo\".{}", question.format),
                        content_type: "text/tab-separated-values".to_owned(),
                        content: b"schema\ttable\n".to_vec(),
                    }),
                    _ => Err(Refusal::not_found("There is no such database.")),
                }
            })
            .serve(context)
            .await
            .unwrap();
    }

    fn databases(&self) -> DatabaseList {
        let mut databases = samples::databases();
        if let Some(tables) = &self.state().research.tables {
            databases[0].tables.clone_from(tables);
        }
        DatabaseList { databases }
    }
}
