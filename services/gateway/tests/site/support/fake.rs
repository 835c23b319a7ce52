//! Consent and mailer, played with samples; keeps what they were told to do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use coffer_bus::Bus;
use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::consent::v1::{
    AddConsentMode, AnswerClinicianQuestion, ClinicianAnswerAccepted, ContactRequestDetail,
    ContactRequestList, ContactRequestsSubmitted, GetClinicianPack, GetConsentMode, GetContactRequest,
    GetDesk, GetStudy, GetStudyDocument, InitiateContactRequest, LetterList, ListAwaitedResponses,
    ListContactRequests, ListLetters, ListStudies, MarkLetter, OpenClinicianQuestion, OpenLetter,
    RecordPatientResponse, StudyList, SubmitContactRequests,
};
use coffer_proto::mailer::v1::{EmailList, GetEmail, ListEmails, ResendEmail};
use coffer_runtime::Context;
use coffer_testkit::TestBroker;

use super::research::Research;
use super::runs::Runs;
use super::samples;

/// What the services were told, and what changes their answers.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) bus: Bus,
    url: String,
    namespace: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(crate) struct State {
    /// The link's state; empty: open.
    pub(crate) link: String,
    /// Answers come back with this refusal.
    pub(crate) refusal: Option<Refusal>,
    /// The timeline's newest title, when a test changes it.
    pub(crate) news: Option<String>,
    /// What is research-query's: runs and results; everything around them.
    pub(crate) runs: Runs,
    pub(crate) research: Research,
    pub(crate) listed: Vec<ListContactRequests>,
    pub(crate) submitted: Vec<SubmitContactRequests>,
    pub(crate) initiated: Vec<InitiateContactRequest>,
    pub(crate) answered: Vec<AnswerClinicianQuestion>,
    pub(crate) responses: Vec<RecordPatientResponse>,
    pub(crate) modes: Vec<AddConsentMode>,
    pub(crate) marked: Vec<MarkLetter>,
    pub(crate) resent: Vec<ResendEmail>,
}

impl Asked {
    pub(crate) fn new(bus: Bus, broker: &TestBroker) -> Self {
        Self { bus, url: broker.url.clone(), namespace: broker.namespace.clone(), state: Arc::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was told, unless the test wants it refused.
    fn take<T>(&self, keep: impl FnOnce(&mut State), answer: T) -> Result<T, Refusal> {
        let mut state = self.state();
        if let Some(refusal) = state.refusal.clone() {
            return Err(refusal);
        }
        keep(&mut state);
        Ok(answer)
    }

    pub(crate) async fn serve(&self, context: &Context) {
        let me = || self.clone();
        let (submit, initiate, list, get) = (me(), me(), me(), me());
        let (open, answer, respond, add, mark, resend) = (me(), me(), me(), me(), me(), me());
        self.bus
            .answers()
            .on(|_: ListStudies| async { Ok(StudyList { studies: samples::studies() }) })
            .on(|question: GetStudy| async move {
                let found = samples::studies().into_iter().find(|study| study.id == question.id);
                found.ok_or_else(|| Refusal::not_found("No such study."))
            })
            .on(|_: GetStudyDocument| async { Ok(samples::pdf()) })
            .on(move |question: SubmitContactRequests| {
                let made = vec![samples::request("in_progress"); question.patients.len()];
                let made = ContactRequestsSubmitted { contact_requests: made };
                let taken = submit.take(|state| state.submitted.push(question), made);
                async move { taken }
            })
            .on(move |question: InitiateContactRequest| {
                let taken =
                    initiate.take(|state| state.initiated.push(question), samples::request("in_progress"));
                async move { taken }
            })
            .on(move |question: ListContactRequests| {
                list.state().listed.push(question);
                async move {
                    Ok(ContactRequestList {
                        contact_requests: vec![samples::request("approved")],
                        total: 101,
                    })
                }
            })
            .on(move |question: GetContactRequest| {
                let found = get.detail(&question);
                async move { found }
            })
            .on(|_: ListAwaitedResponses| async {
                Ok(ContactRequestList { contact_requests: vec![samples::request("posted")], total: 1 })
            })
            .on(move |question: RecordPatientResponse| {
                let taken =
                    respond.take(|state| state.responses.push(question), samples::request("approved"));
                async move { taken }
            })
            .on(move |_: OpenClinicianQuestion| {
                let state = open.state().link.clone();
                async move { Ok(samples::question(if state.is_empty() { "open" } else { &state })) }
            })
            .on(move |question: AnswerClinicianQuestion| {
                let accepted =
                    ClinicianAnswerAccepted { answer: question.answer.clone(), ..Default::default() };
                let taken = answer.take(
                    |state| {
                        "answered".clone_into(&mut state.link);
                        state.answered.push(question);
                    },
                    accepted,
                );
                async move { taken }
            })
            .on(|_: GetClinicianPack| async { Ok(samples::pdf()) })
            .on(|_: GetConsentMode| async { Ok(samples::consent_modes()) })
            .on(move |question: AddConsentMode| {
                let taken =
                    add.take(|state| state.modes.push(question.clone()), question.consent_mode.clone());
                async move { taken.map(Option::unwrap_or_default) }
            })
            .on(|_: ListLetters| async {
                Ok(LetterList { letters: vec![samples::letter("to_print")], total: 1 })
            })
            .on(|_: OpenLetter| async { Ok(samples::pdf()) })
            .on(move |question: MarkLetter| {
                let taken = mark.take(|state| state.marked.push(question), samples::letter("printed"));
                async move { taken }
            })
            .on(|_: GetDesk| async { Ok(samples::desk()) })
            .on(|_: ListEmails| async {
                Ok(EmailList { emails: samples::email().email.into_iter().collect(), total: 1 })
            })
            .on(|_: GetEmail| async { Ok(samples::email()) })
            .on(move |question: ResendEmail| {
                let taken = resend.take(|state| state.resent.push(question), samples::email().email);
                async move { taken.map(Option::unwrap_or_default) }
            })
            .serve(context)
            .await
            .unwrap();
    }

    /// A fact about the request passes on the bus.
    pub(crate) async fn publish_fact(&self, request: &str) {
        self.publish(&format!("coffer.evt.consent.contact-request.changed.v1.{request}"), Vec::new()).await;
    }

    /// Publishes as another service would.
    pub(crate) async fn publish(&self, subject: &str, body: Vec<u8>) {
        let client = async_nats::connect(&self.url).await.unwrap();
        client.publish(format!("{}.{subject}", self.namespace), body.into()).await.unwrap();
        client.flush().await.unwrap();
    }

    /// As consent does: researchers get less, and strangers nothing.
    fn detail(&self, question: &GetContactRequest) -> Result<ContactRequestDetail, Refusal> {
        if question.id != samples::REQUEST {
            return Err(Refusal::not_found("No such contact request."));
        }
        let runs_it = has_role(question.caller.as_ref(), &["rdbm", "admin"]);
        let mut detail = if runs_it { samples::full_detail() } else { samples::detail() };
        if let Some(news) = &self.state().news {
            detail.timeline.iter_mut().for_each(|entry| entry.title.clone_from(news));
        }
        Ok(detail)
    }
}

fn has_role(caller: Option<&Caller>, roles: &[&str]) -> bool {
    caller.is_some_and(|caller| caller.roles.iter().any(|role| roles.contains(&role.as_str())))
}
