//! Stands in for the mailer: keeps every e-mail that the service asks for, and plays the people who read them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use coffer_bus::{AskError, Bus, ConsumerSpec, Delivery, Handler, HandlerError};
use coffer_demo::Case;
use coffer_proto::Stream;
use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    AnswerClinicianQuestion, ClinicianAnswerAccepted, ClinicianQuestion, ContactRequest,
    ContactRequestDetail, Evidence, OpenClinicianQuestion, RecordPatientResponse,
};
use coffer_proto::mailer::v1::SendEmail;
use sqlx::PgConnection;

use crate::world::{World, caller};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "test-postbox",
    stream: Stream::CmdMail,
    filters: &["coffer.cmd.mailer.send.v1.>"],
    concurrency: 2,
    ack_wait: Duration::from_secs(30),
};

/// The e-mails so far.
#[derive(Clone, Default)]
pub(crate) struct Postbox(Arc<Mutex<Vec<SendEmail>>>);

impl Handler for Postbox {
    async fn handle(&self, _tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        let mail = delivery.decode::<SendEmail>()?.expect("a command to the mailer");
        self.0.lock().unwrap().push(mail);
        Ok(())
    }
}

impl Postbox {
    /// Starts to collect.
    pub(crate) async fn open(world: &World) -> Self {
        let postbox = Self::default();
        let bus: &Bus = &world.bus;
        bus.declare(&[Stream::CmdMail], &[SPEC]).await.expect("a consumer");
        bus.consume(SPEC, world.pool.clone(), postbox.clone(), &world.context).await.expect("a consumer");
        postbox
    }

    /// The e-mails of a kind about a request, oldest first.
    pub(crate) fn of(&self, kind: &str, request: &str) -> Vec<SendEmail> {
        let all = self.0.lock().unwrap();
        all.iter().filter(|mail| mail.kind == kind && mail.reference == request).cloned().collect()
    }

    /// Waits until so many e-mails of a kind about a request have come, and gives the newest.
    pub(crate) async fn wait_for(&self, kind: &str, request: &str, number: usize) -> SendEmail {
        for _ in 0..400 {
            let mails = self.of(kind, request);
            if let Some(mail) = mails.get(number - 1) {
                return mail.clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {kind} number {number} came");
    }
}

/// The token in the link of an e-mail.
pub(crate) fn token(mail: &SendEmail) -> String {
    let (_, rest) = mail.text.split_once("/answer/").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

/// A request about a demo patient that waits for a clinician, with the token that the clinician got.
pub(crate) async fn ask_clinician(world: &World, postbox: &Postbox, case: Case) -> (String, String) {
    let rid = world.patient(case).rid;
    let mut submission = world.submission("researcher", 101, &[rid.as_str()]);
    submission.direct_approach = false;
    let id = world.submit(&submission).await.contact_requests[0].id.clone();
    assert_eq!(state_of(&world.decided(&id).await), "clinician_asked");
    let mail = postbox.wait_for("clinician_question", &id, 1).await;
    (id, token(&mail))
}

/// Opens the page behind a link.
pub(crate) async fn open(world: &World, token: &str) -> ClinicianQuestion {
    world.bus.ask(&OpenClinicianQuestion { token: token.to_owned() }).await.expect("a page")
}

/// Opens the page and answers.
pub(crate) async fn answer(
    world: &World,
    token: &str,
    answer: &str,
) -> Result<ClinicianAnswerAccepted, Refusal> {
    let nonce = open(world, token).await.nonce;
    send(world, &given(token, &nonce, answer)).await
}

/// A complete answer.
pub(crate) fn given(token: &str, nonce: &str, answer: &str) -> AnswerClinicianQuestion {
    AnswerClinicianQuestion {
        token: token.to_owned(),
        nonce: nonce.to_owned(),
        answer: answer.to_owned(),
        reason: "as discussed".to_owned(),
        name: "Dr Jo Doe".to_owned(),
    }
}

/// Sends an answer as it is.
pub(crate) async fn send(
    world: &World,
    answer: &AnswerClinicianQuestion,
) -> Result<ClinicianAnswerAccepted, Refusal> {
    refusal(world.bus.ask(answer).await)
}

/// The patient's answer, entered by the RDBM with a signature.
pub(crate) async fn patient_says(world: &World, id: &str, yes: bool) -> Result<ContactRequest, Refusal> {
    let signed = Evidence { signed_by_patient: true, ..Evidence::default() };
    record(world, id, yes, signed).await
}

/// The patient's answer with the evidence given.
pub(crate) async fn record(
    world: &World,
    id: &str,
    yes: bool,
    decision: Evidence,
) -> Result<ContactRequest, Refusal> {
    let question = RecordPatientResponse {
        caller: Some(caller("rdbm")),
        contact_request_id: id.to_owned(),
        yes,
        decision: Some(decision),
    };
    refusal(world.bus.ask(&question).await)
}

/// A refusal is an answer; everything else that goes wrong is not.
pub(crate) fn refusal<T>(answer: Result<T, AskError>) -> Result<T, Refusal> {
    answer.map_err(|error| match error {
        AskError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    })
}

/// The state as the RDBM sees it.
pub(crate) fn state_of(detail: &ContactRequestDetail) -> &str {
    &detail.contact_request.as_ref().expect("a request").status
}

/// Waits until the RDBM sees a state.
pub(crate) async fn wait_for_state(world: &World, id: &str, state: &str) -> ContactRequestDetail {
    let mut seen = String::new();
    for _ in 0..400 {
        let detail = world.seen_by("rdbm", id).await;
        if state_of(&detail) == state {
            return detail;
        }
        seen = state_of(&detail).to_owned();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the request is {seen}, not {state}");
}
