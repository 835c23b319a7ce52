//! Research-query's runs and results, played with samples; keeps what it was told to do.

use std::collections::BTreeMap;
use std::time::Duration;

use coffer_bus::Parts;
use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::query::v1::{
    CancelRun, ExportResult, FileBegin, GetRows, GetRun, ListRunEvents, ListRuns, People, RowPage, Run,
    RunEvent, RunEventList, RunList, SelectPeople, SubmitRun, View,
};
use coffer_runtime::Context;
use coffer_types::Role;

use super::fake::Asked;
use super::{run_samples, user_id};

/// What research-query was told, and what changes its answers.
#[derive(Default)]
pub(crate) struct Runs {
    /// Runs with other facts than the samples'.
    pub(crate) changed: BTreeMap<String, Run>,
    /// All that has happened to any run.
    pub(crate) events: Vec<RunEvent>,
    pub(crate) listed: Vec<ListRuns>,
    pub(crate) submitted: Vec<SubmitRun>,
    pub(crate) cancelled: Vec<CancelRun>,
    pub(crate) looked_at: Vec<GetRows>,
    pub(crate) selected: Vec<SelectPeople>,
    pub(crate) exported: Vec<ExportResult>,
    /// Rows come one at a time, as very large ones do.
    pub(crate) one_at_a_time: bool,
    /// Whom a selection finds, when a test changes it.
    pub(crate) people: Option<People>,
    /// An export breaks off after its first part.
    pub(crate) breaks_off: bool,
    /// Before an answer with rows and the beginning of an export, and after each of its parts.
    pub(crate) pause: Duration,
    /// Answers come back with this refusal.
    pub(crate) refusal: Option<Refusal>,
}

impl Asked {
    pub(crate) async fn serve_runs(&self, context: &Context) {
        let me = || self.clone();
        let (submit, list, get, cancel, events) = (me(), me(), me(), me(), me());
        let (rows, people, export) = (me(), me(), me());
        self.bus
            .answers()
            .on(move |question: SubmitRun| {
                let answer = submit.submit(question);
                async move { answer }
            })
            .on(move |question: ListRuns| {
                let runs = list.list(question);
                async move { Ok(RunList { total: 101, runs }) }
            })
            .on(move |question: GetRun| {
                let found = get.run(question.caller.as_ref(), &question.id);
                async move { found }
            })
            .on(move |question: CancelRun| {
                let cancelled = cancel.cancel(question);
                async move { cancelled }
            })
            .on(move |question: ListRunEvents| {
                let found = events.events(&question);
                async move { found }
            })
            .on(move |question: GetRows| {
                let (page, pause) = (rows.rows(question), rows.state().runs.pause);
                async move {
                    tokio::time::sleep(pause).await;
                    page
                }
            })
            .on(move |question: SelectPeople| {
                let found = people.people(question);
                async move { found }
            })
            .on_stream(move |question: ExportResult, parts: Parts<FileBegin>| {
                let asked = export.clone();
                async move { asked.export(question, parts).await }
            })
            .serve(context)
            .await
            .unwrap();
    }

    fn run(&self, caller: Option<&Caller>, id: &str) -> Result<Run, Refusal> {
        let theirs = caller.is_some_and(|caller| caller.user_id == user_id(Role::Researcher).to_string());
        let changed = self.state().runs.changed.get(id).cloned();
        let run = changed.or_else(|| run_samples::run(id)).filter(|_| theirs);
        run.ok_or_else(|| Refusal::not_found("There is no such run."))
    }

    fn submit(&self, question: SubmitRun) -> Result<Run, Refusal> {
        let mut state = self.state();
        if let Some(refusal) = state.runs.refusal.clone() {
            return Err(refusal);
        }
        state.runs.submitted.push(question);
        Ok(state.runs.changed.get(run_samples::QUEUED).cloned().unwrap_or_else(run_samples::queued))
    }

    fn list(&self, question: ListRuns) -> Vec<Run> {
        let runs = run_samples::all().into_iter();
        let theirs: Vec<_> =
            runs.filter_map(|run| self.run(question.caller.as_ref(), &run.id).ok()).collect();
        self.state().runs.listed.push(question);
        theirs
    }

    fn cancel(&self, question: CancelRun) -> Result<Run, Refusal> {
        let mut run = self.run(question.caller.as_ref(), &question.id)?;
        match run.state.as_str() {
            "queued" => "cancelled".clone_into(&mut run.state),
            "running" => run.cancelling = true,
            _ => return Err(Refusal::conflict("This run has already ended.")),
        }
        self.state().runs.cancelled.push(question);
        Ok(run)
    }

    fn events(&self, question: &ListRunEvents) -> Result<RunEventList, Refusal> {
        self.run(question.caller.as_ref(), &question.id)?;
        let mut events = self.state().runs.events.clone();
        events.retain(|event| event.number > question.after);
        Ok(RunEventList { events })
    }

    fn rows(&self, question: GetRows) -> Result<RowPage, Refusal> {
        let run = self.run(question.caller.as_ref(), &question.run_id)?;
        if run.result_gone {
            return Err(Refusal::conflict("The result has been deleted. Run the query again."));
        }
        if run.state != "done" {
            return Err(Refusal::conflict("This run has no result yet."));
        }
        let wrong = |view: &View| view.filters.iter().any(|filter| filter.value == "not a number");
        if question.view.as_ref().is_some_and(wrong) {
            return Err(Refusal::invalid("view.filters[0].value", "This is not a number."));
        }
        let mut page = run_samples::page(&question);
        if self.state().runs.one_at_a_time {
            page.rows.truncate(1);
        }
        self.state().runs.looked_at.push(question);
        Ok(page)
    }

    fn people(&self, question: SelectPeople) -> Result<People, Refusal> {
        self.run(question.caller.as_ref(), &question.run_id)?;
        let mut people = run_samples::people();
        people.ids.truncate(if question.rows.is_empty() { 2 } else { 1 });
        let mut state = self.state();
        state.runs.selected.push(question);
        Ok(state.runs.people.clone().unwrap_or(people))
    }

    async fn export(
        &self,
        question: ExportResult,
        mut parts: Parts<FileBegin>,
    ) -> Result<Parts<FileBegin>, Refusal> {
        self.run(question.caller.as_ref(), &question.run_id)?;
        let file = run_samples::file(&question.format);
        let (breaks_off, pause) = {
            let mut state = self.state();
            state.runs.exported.push(question);
            (state.runs.breaks_off, state.runs.pause)
        };
        let gone = |_| Refusal::conflict("Nobody reads.");
        tokio::time::sleep(pause).await;
        parts.begin(file).await.map_err(gone)?;
        for line in ["rid,age\r\n", "r1,41\r\n", "r2,\r\n"] {
            parts.send(line.into()).await.map_err(gone)?;
            tokio::time::sleep(pause).await;
            if breaks_off {
                return Err(Refusal::conflict("The result is damaged."));
            }
        }
        Ok(parts)
    }
}
