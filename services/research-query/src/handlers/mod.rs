//! What comes in from the bus: questions, and commands to run a query.

pub(crate) mod accept;
pub(crate) mod caller;
mod document;
mod export;
mod faults;
mod helper;
mod highlights;
mod kept;
mod results;
mod rows;
mod run_message;
mod runs;
mod saved_queries;
mod schema;
mod standard_queries;
mod submit;
mod view;

use coffer_bus::{Answers, Bus, BusError};
use coffer_proto::query::v1 as query;
use coffer_runtime::Context;

use crate::app::App;

/// Binds questions to the functions that answer them.
macro_rules! answers {
    ($answers:expr, $app:expr, $($question:ty => $answer:path;)+) => {
        $answers$(.on({
            let app: App = $app.clone();
            move |question: $question| $answer(app.clone(), question)
        }))+
    };
}

/// Starts to answer all questions of this service.
pub(crate) async fn answer(bus: &Bus, app: &App, context: &Context) -> Result<(), BusError> {
    all(bus.answers(), app).serve(context).await
}

fn all(answers: Answers, app: &App) -> Answers {
    let answers = answers! { answers, app,
        query::ListSchema => schema::list;
        query::RefreshSchema => schema::refresh;
        query::SubmitRun => submit::submit;
        query::ListRuns => runs::list;
        query::GetRun => runs::get;
        query::ListRunEvents => runs::events;
        query::CancelRun => runs::cancel;
        query::ListHighlights => highlights::list;
        query::SaveHighlight => highlights::save;
        query::DeleteHighlight => highlights::delete;
        query::ListSavedQueries => saved_queries::list;
        query::GetSavedQuery => saved_queries::get;
        query::SaveQuery => saved_queries::save;
        query::DeleteSavedQuery => saved_queries::delete;
        query::ListStandardQueries => standard_queries::list;
        query::GetStandardQuery => standard_queries::get;
        query::SaveStandardQuery => standard_queries::save;
        query::DeleteStandardQuery => standard_queries::delete;
        query::MakeTextAnywhere => helper::text_anywhere;
        query::GetSchemaDocument => document::get;
        query::GetRows => results::rows;
        query::SelectPeople => results::people;
    };
    let app = app.clone();
    answers
        .on_stream(move |question: query::ExportResult, parts| export::result(app.clone(), question, parts))
}
