//! What the service does: one file per noun. Handlers decode, call rules and store, and respond.

pub mod caller;
pub mod contact_requests;
pub mod desk;
pub mod faults;
pub mod initiate;
pub mod letters;
pub mod lookup;
mod patient_keys;
pub mod studies;
pub mod submit;

use coffer_bus::{Answers, Bus, BusError};
use coffer_proto::consent::v1 as consent;
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
pub async fn answer(bus: &Bus, app: &App, context: &Context) -> Result<(), BusError> {
    all(bus.answers(), app).serve(context).await
}

fn all(answers: Answers, app: &App) -> Answers {
    answers! { answers, app,
        consent::ListStudies => studies::list;
        consent::GetStudy => studies::get;
        consent::GetStudyDocument => studies::document;
        consent::SubmitContactRequests => submit::submit;
        consent::InitiateContactRequest => initiate::initiate;
        consent::ListContactRequests => contact_requests::list;
        consent::GetContactRequest => contact_requests::get;
        consent::ListAwaitedResponses => contact_requests::awaited;
        consent::ListLetters => letters::list;
        consent::OpenLetter => letters::open;
        consent::MarkLetter => letters::mark;
        consent::GetDesk => desk::get;
    }
}
