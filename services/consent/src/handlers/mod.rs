//! What the service does: one file per noun. Handlers decode, call rules and store, and respond.

pub mod approval;
pub mod asking;
pub mod caller;
pub mod clinician;
pub mod clinician_answer;
pub mod consent_modes;
pub mod contact_requests;
pub mod decide;
pub mod desk;
pub mod faults;
pub mod guard;
pub mod initiate;
mod initiated;
pub mod letters;
pub mod lookup;
pub mod mail_results;
pub mod mode_changes;
pub mod notices;
mod outcomes;
pub mod paperwork;
mod patient_keys;
pub mod patient_response;
mod reassign;
mod repeats;
pub mod studies;
pub mod submit;
pub mod timers;
pub mod withdrawal;
mod yes_after_no;

use coffer_bus::{Answers, Bus, BusError};
use coffer_proto::{consent::v1 as consent, mailer::v1 as mailer};
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
        consent::OpenClinicianQuestion => clinician::open;
        consent::AnswerClinicianQuestion => clinician_answer::answer;
        consent::GetClinicianPack => clinician::pack;
        consent::RecordPatientResponse => patient_response::record;
        consent::GetConsentMode => consent_modes::get;
        consent::AddConsentMode => consent_modes::add;
        mailer::MailPermitted => guard::mail_permitted;
    }
}
