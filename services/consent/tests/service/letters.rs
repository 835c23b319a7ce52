//! The print queue, and who may open what.

use coffer_bus::AskError;
use coffer_demo::Case;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::consent::v1::{GetStudyDocument, ListLetters, MarkLetter, OpenLetter};
use coffer_proto::mailer::v1::MailPermitted;

use crate::world::{World, caller};

/// The letter of an approved request.
async fn approval(world: &World) -> String {
    let green = world.patient(Case::Green).rid;
    let answer = world.submit(&world.submission("researcher", 101, &[green.as_str()])).await;
    world.decided(&answer.contact_requests[0].id).await.letters[0].id.clone()
}

fn open(username: &str, id: &str) -> OpenLetter {
    OpenLetter { caller: Some(caller(username)), id: id.to_owned() }
}

fn code<T>(answer: Result<T, AskError>) -> Code {
    match answer {
        Err(AskError::Refused(refusal)) => refusal.code(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_opens_for_those_whom_it_is_for_and_each_view_is_on_record() {
    let world = World::start().await;
    let id = approval(&world).await;
    for username in ["rdbm", "researcher"] {
        let letter = world.bus.ask(&open(username, &id)).await.unwrap();
        assert!(letter.pdf.starts_with(b"%PDF"), "{username}");
    }
    for username in ["researcher2", "clinician", "admin"] {
        assert_eq!(code(world.bus.ask(&open(username, &id)).await), Code::NotFound, "{username}");
    }
    let views: i64 = sqlx::query_scalar("SELECT count(*) FROM identity_views WHERE letter_id = $1::uuid")
        .bind(&id)
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(views, 2);
    let stored: Vec<u8> = sqlx::query_scalar("SELECT pdf FROM letters").fetch_one(&world.pool).await.unwrap();
    assert!(!stored.windows(4).any(|part| part == b"%PDF"), "letters are stored sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_for_the_rdbm_and_moves_forward_only() {
    let world = World::start().await;
    let id = approval(&world).await;
    sqlx::query("UPDATE letters SET state = 'to_print'").execute(&world.pool).await.unwrap();
    let list = |username: &str, state: &str| ListLetters {
        caller: Some(caller(username)),
        state: state.to_owned(),
        page: None,
    };
    assert_eq!(world.bus.ask(&list("rdbm", "to_print")).await.unwrap().total, 1);
    assert_eq!(code(world.bus.ask(&list("researcher", "")).await), Code::Forbidden);
    assert_eq!(code(world.bus.ask(&list("rdbm", "eaten")).await), Code::Invalid);

    let mark =
        |state: &str| MarkLetter { caller: Some(caller("rdbm")), id: id.clone(), state: state.to_owned() };
    assert_eq!(world.bus.ask(&mark("printed")).await.unwrap().state, "printed");
    assert_eq!(code(world.bus.ask(&mark("printed")).await), Code::Conflict);
    assert_eq!(world.bus.ask(&mark("posted")).await.unwrap().state, "posted");
    assert_eq!(world.bus.ask(&list("rdbm", "to_print")).await.unwrap().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_document_is_for_those_who_may_see_the_study() {
    let world = World::start().await;
    let ask = |username: &str| GetStudyDocument {
        caller: Some(caller(username)),
        id: world.study(101).to_string(),
    };
    let document = world.bus.ask(&ask("researcher")).await.unwrap();
    assert!(document.pdf.starts_with(b"%PDF"));
    assert_eq!(code(world.bus.ask(&ask("researcher2")).await), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_question_about_rubbish_is_refused_by_field() {
    let world = World::start().await;
    let question = MailPermitted { email_id: "42".to_owned(), ..MailPermitted::default() };
    assert_eq!(code(world.bus.ask(&question).await), Code::Invalid);
}
