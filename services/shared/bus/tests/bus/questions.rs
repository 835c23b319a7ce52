//! Questions and answers, notices, and the trace that crosses them: against a real broker.

use std::sync::Arc;
use std::time::Duration;

use crate::support::Harness;
use coffer_bus::AskError;
use coffer_proto::common::v1::{Refusal, refusal};
use coffer_proto::consent::v1::{GetStudy, ListStudies, Study, StudyList};
use coffer_types::SystemClock;
use futures::StreamExt;
use tokio::sync::Notify;

#[tokio::test]
async fn a_question_gets_its_answer_or_a_refusal_that_names_the_field() {
    let harness = Harness::start().await;
    let answers = harness.bus.answers();
    answers
        .on::<ListStudies, _, _>(async |_| {
            Ok(StudyList { studies: vec![Study { number: 7, ..Default::default() }] })
        })
        .on::<GetStudy, _, _>(async |question: GetStudy| match question.id.as_str() {
            "bug" => panic!("a bug"),
            _ => Err(Refusal::invalid("id", "This is not the id of a study.")),
        })
        .serve(&harness.context)
        .await
        .unwrap();

    let studies = harness.bus.ask(&ListStudies::default()).await.unwrap();
    assert_eq!(studies.studies[0].number, 7);

    let refused = harness.bus.ask(&GetStudy::default()).await.unwrap_err();
    let AskError::Refused(refusal) = refused else { panic!("{refused}") };
    assert_eq!((refusal.code(), refusal.field.as_str()), (refusal::Code::Invalid, "id"));

    let refused = harness.bus.ask(&GetStudy { id: "bug".to_owned(), ..Default::default() }).await;
    let Err(AskError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code(), refusal::Code::Internal);
}

#[tokio::test]
async fn without_a_service_the_answer_is_unavailable_at_once() {
    let harness = Harness::start().await;
    let asked = std::time::Instant::now();
    let refused = harness.bus.ask(&ListStudies::default()).await.unwrap_err();
    assert!(matches!(refused, AskError::Unavailable), "{refused}");
    assert!(asked.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn an_open_page_hears_of_its_own_facts_only() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    let mut notices = harness.bus.watch("coffer.evt.consent.contact-request.*.v1.mine").await.unwrap();
    harness.publish("other").await;
    harness.publish("mine").await;
    let notice = tokio::time::timeout(Duration::from_secs(5), notices.next()).await.unwrap().unwrap();
    assert_eq!(notice.subject, "coffer.evt.consent.contact-request.submitted.v1.mine");
    assert_eq!(notice.type_name, "coffer.consent.v1.ContactRequestSubmitted");
}

#[tokio::test]
async fn an_answer_under_way_is_given_before_the_end() {
    let harness = Harness::start().await;
    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    harness
        .bus
        .answers()
        .on::<ListStudies, _, _>(move |_| {
            begins.notify_one();
            async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(StudyList::default())
            }
        })
        .serve(&harness.context)
        .await
        .unwrap();
    let (asker, _context) = harness.next_process(Arc::new(SystemClock)).await;
    let stop = async {
        begun.notified().await;
        harness.context.shutdown.start();
    };
    let question = ListStudies::default();
    let (answer, ()) = tokio::join!(asker.ask(&question), stop);
    answer.unwrap();
}
