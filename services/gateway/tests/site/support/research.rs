//! Research-query around its runs, played with samples; keeps what it was told to do.

use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::query::v1::{
    DatabaseList, DeleteHighlight, DeleteSavedQuery, DeleteStandardQuery, Deleted, GetSavedQuery,
    GetSchemaDocument, GetStandardQuery, Highlight, HighlightList, ListHighlights, ListSavedQueries,
    ListSchema, ListStandardQueries, MakeTextAnywhere, RefreshSchema, SaveHighlight, SaveQuery,
    SaveStandardQuery, SavedQueryDetail, SavedQueryList, SchemaDocument, StandardQuery, StandardQueryList,
    Table,
};
use coffer_runtime::Context;

use coffer_types::Role;

use super::fake::Asked;
use super::{research_samples as samples, user_id};

/// What research-query was told, and what changes its answers.
#[derive(Default)]
pub(crate) struct Research {
    /// Tables of the first database, when a test changes them.
    pub(crate) tables: Option<Vec<Table>>,
    pub(crate) refreshed: u32,
    /// Changes come back with this refusal.
    pub(crate) refusal: Option<Refusal>,
    pub(crate) listed: Vec<ListSavedQueries>,
    pub(crate) saved: Vec<SaveQuery>,
    pub(crate) standard: Vec<SaveStandardQuery>,
    pub(crate) highlighted: Vec<Highlight>,
    /// Ids of whatever was deleted.
    pub(crate) deleted: Vec<String>,
    pub(crate) made: Vec<MakeTextAnywhere>,
}

impl Asked {
    pub(crate) async fn serve_research(&self, context: &Context) {
        self.serve_databases(context).await;
        self.serve_queries(context).await;
        self.serve_highlights(context).await;
    }

    async fn serve_databases(&self, context: &Context) {
        let me = || self.clone();
        let (list, refresh) = (me(), me());
        self.bus
            .answers()
            .on(move |question: ListSchema| {
                let databases = list.databases(&question.with_tables_of);
                async move { Ok(databases) }
            })
            .on(move |_: RefreshSchema| {
                refresh.state().research.refreshed += 1;
                let databases = refresh.databases("");
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

    async fn serve_queries(&self, context: &Context) {
        let me = || self.clone();
        let (list, save, delete, keep, remove, make) = (me(), me(), me(), me(), me(), me());
        self.bus
            .answers()
            .on(move |question: ListSavedQueries| {
                list.state().research.listed.push(question);
                async { Ok(SavedQueryList { queries: vec![samples::saved()], total: 101 }) }
            })
            .on(|question: GetSavedQuery| async move {
                theirs(question.caller.as_ref(), &question.id, samples::SAVED)?;
                Ok(SavedQueryDetail { query: Some(samples::saved()), versions: samples::versions() })
            })
            .on(move |question: SaveQuery| {
                let query = question.query.clone().unwrap_or_default();
                let taken = if query.id.is_empty() {
                    Ok(())
                } else {
                    theirs(question.caller.as_ref(), &query.id, samples::SAVED)
                };
                let taken = taken.and_then(|()| save.changed(|research| research.saved.push(question)));
                async move { taken.map(|()| samples::saved()) }
            })
            .on(move |question: DeleteSavedQuery| {
                let taken = theirs(question.caller.as_ref(), &question.id, samples::SAVED)
                    .and_then(|()| delete.changed(|research| research.deleted.push(question.id)));
                async move { taken.map(|()| Deleted {}) }
            })
            .on(|_: ListStandardQueries| async {
                Ok(StandardQueryList { queries: vec![samples::standard()] })
            })
            .on(|question: GetStandardQuery| async move {
                let found = (question.id == samples::STANDARD).then(samples::standard);
                found.ok_or_else(|| Refusal::not_found("There is no such query."))
            })
            .on(move |question: SaveStandardQuery| {
                let taken = keep.changed(|research| research.standard.push(question));
                async move {
                    taken.map(|()| StandardQuery { id: samples::STANDARD.to_owned(), ..samples::standard() })
                }
            })
            .on(move |question: DeleteStandardQuery| {
                let taken = remove.changed(|research| research.deleted.push(question.id));
                async move { taken.map(|()| Deleted {}) }
            })
            .on(move |question: MakeTextAnywhere| {
                let taken = make.changed(|research| research.made.push(question));
                async move { taken.map(|()| samples::made()) }
            })
            .serve(context)
            .await
            .unwrap();
    }

    async fn serve_highlights(&self, context: &Context) {
        let (save, delete) = (self.clone(), self.clone());
        self.bus
            .answers()
            .on(|question: ListHighlights| async move {
                let whose = theirs(question.caller.as_ref(), "", "");
                Ok(HighlightList { highlights: whose.map(|()| samples::highlights()).unwrap_or_default() })
            })
            .on(move |question: SaveHighlight| {
                let highlight = question.highlight.unwrap_or_default();
                let taken = save.changed(|research| research.highlighted.push(highlight.clone()));
                async move { taken.map(|()| highlight) }
            })
            .on(move |question: DeleteHighlight| {
                let taken = theirs(question.caller.as_ref(), &question.id, samples::HIGHLIGHT)
                    .and_then(|()| delete.changed(|research| research.deleted.push(question.id)));
                async move { taken.map(|()| Deleted {}) }
            })
            .serve(context)
            .await
            .unwrap();
    }

    /// Keeps what was told, unless the test wants it refused.
    fn changed(&self, keep: impl FnOnce(&mut Research)) -> Result<(), Refusal> {
        let research = &mut self.state().research;
        if let Some(refusal) = research.refusal.clone() {
            return Err(refusal);
        }
        keep(research);
        Ok(())
    }

    fn databases(&self, with_tables_of: &str) -> DatabaseList {
        let mut databases = samples::databases();
        if let Some(tables) = &self.state().research.tables {
            databases[0].tables.clone_from(tables);
        }
        for database in &mut databases {
            database.table_count = u32::try_from(database.tables.len()).unwrap();
            if database.name != with_tables_of {
                database.tables.clear();
            }
        }
        DatabaseList { databases }
    }
}

/// The one thing there is belongs to the researcher; to others it does not exist.
fn theirs(caller: Option<&Caller>, id: &str, there: &str) -> Result<(), Refusal> {
    let owner = caller.is_some_and(|caller| caller.user_id == user_id(Role::Researcher).to_string());
    if owner && id == there { Ok(()) } else { Err(Refusal::not_found("There is no such query.")) }
}
