//! The mailer from the command to its facts, with a real database, broker and mail server.

use crate::support::scripted::{Act, ScriptedServer};
use crate::support::{Guard, World, caller, command};
use chrono::TimeDelta;
use coffer_mailer::domain::state::State;
use coffer_proto::mailer::v1::{GetMailerStatus, ListEmails, ResendEmail};
use coffer_types::Clock as _;
use rstest::rstest;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_email_is_sent_once_and_told() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    let id = world.send().await;
    let detail = world.wait_for(id, "sent").await;
    world.expect_facts(id, &["EmailSent"]).await;
    assert_eq!(server.count("BODY"), 1);
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!(detail.attempts[0].detail, "250 says (address)");
    let email = detail.email.unwrap();
    assert_eq!(email.recipient, "jo.doe@nhs.example");
    assert_eq!(email.diverted_to, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_given_twice_is_one_email() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    let command = command();
    world.command(&command).await;
    world.command(&command).await;
    let id = command.email_id.parse().unwrap();
    world.wait_for(id, "sent").await;
    world.expect_facts(id, &["EmailSent"]).await;
    assert_eq!(server.count("BODY"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_malformed_command_is_parked_and_the_next_goes_through() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    let mut malformed = command();
    malformed.recipient = "nobody".into();
    world.command(&malformed).await;
    let id = world.send().await;
    world.wait_for(id, "sent").await;
    assert!(world.get(malformed.email_id.parse().unwrap()).await.is_err());
}

#[rstest]
#[case::full_mailbox("RCPT", 452)]
#[case::quota("RCPT", 552)]
#[case::greylisted("RCPT", 450)]
#[case::busy("GREETING", 421)]
#[case::blocked("GREETING", 554)]
#[case::after_the_body("BODY", 451)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_pass_is_tried_again(#[case] verb: &'static str, #[case] code: u16) {
    let server = ScriptedServer::start(&[(verb, Act::Reply(code))]).await;
    let world = World::start(server.address).await;
    let id = world.send().await;
    let detail = world.wait_for(id, "deferred").await;
    let email = detail.email.unwrap();
    assert_eq!(email.reason, format!("smtp_{code}"));
    let next = coffer_proto::moment(&email.next_try_at.unwrap()).unwrap();
    let wait = next - world.clock.now();
    assert!((TimeDelta::seconds(48)..=TimeDelta::seconds(72)).contains(&wait), "{wait}");
    server.set(verb, Act::Reply(if verb == "GREETING" { 220 } else { 250 }));
    world.pass(TimeDelta::seconds(73));
    world.wait_for(id, "sent").await;
    world.expect_facts(id, &["EmailDeferred", "EmailSent"]).await;
}

#[rstest]
#[case::unknown_recipient("RCPT", 550)]
#[case::content("BODY", 554)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_passes_is_refused_until_a_person_asks_again(
    #[case] verb: &'static str,
    #[case] code: u16,
) {
    let server = ScriptedServer::start(&[(verb, Act::Reply(code))]).await;
    let world = World::start(server.address).await;
    let id = world.send().await;
    world.wait_for(id, "refused").await;
    world.pass(TimeDelta::days(7));
    server.set(verb, Act::Reply(250));
    world.expect_facts(id, &["EmailRefused"]).await;
    world.ask(&ResendEmail { caller: Some(caller("rdbm")), id: id.to_string() }).await.unwrap();
    let detail = world.wait_for(id, "sent").await;
    let outcomes: Vec<_> = detail.attempts.iter().map(|attempt| attempt.outcome.as_str()).collect();
    assert_eq!(outcomes, ["refused", "accepted", "sent"]);
    assert_eq!(detail.attempts[1].detail, "Ms R Manager asked to send it again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_two_days_it_is_given_up() {
    let server = ScriptedServer::start(&[("MAIL", Act::Reply(451))]).await;
    let world = World::start(server.address).await;
    let id = world.send().await;
    world.wait_for(id, "deferred").await;
    world.pass(TimeDelta::days(3));
    let detail = world.wait_for(id, "refused").await;
    assert_eq!(detail.email.unwrap().reason, "gave_up");
}

#[rstest]
#[case::closed(Act::Close)]
#[case::silent(Act::Hang)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_after_the_body_is_doubtful_and_never_sent_by_itself(#[case] act: Act) {
    let server = ScriptedServer::start(&[("BODY", act)]).await;
    let world = World::start(server.address).await;
    let id = world.send().await;
    world.wait_for(id, "doubtful").await;
    server.set("BODY", Act::Reply(250));
    world.pass(TimeDelta::days(7));
    world.expect_facts(id, &["EmailDoubtful"]).await;
    assert_eq!(server.count("BODY"), 1);
    world.ask(&ResendEmail { caller: Some(caller("admin")), id: id.to_string() }).await.unwrap();
    world.wait_for(id, "sent").await;
    assert_eq!(server.count("BODY"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailer_killed_while_it_hands_over_leaves_one_doubtful_email() {
    let server = ScriptedServer::start(&[("BODY", Act::Hang)]).await;
    let world = World::start_with(server.address, |settings| {
        settings.smtp.delivery_timeout_seconds = 600;
    })
    .await;
    let id = world.send().await;
    world.wait_for(id, "handing_over").await;
    // The first mailer goes without a word, as by kill -9.
    world.context.shutdown.now();
    server.set("BODY", Act::Reply(250));
    world.pass(TimeDelta::minutes(11));
    let replica = world.start_replica().await;
    let detail = world.wait_for(id, "doubtful").await;
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!(server.count("BODY"), 1);
    replica.shutdown.now();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailer_killed_before_it_hands_over_leaves_nothing_in_doubt() {
    let server = ScriptedServer::start(&[("DATA", Act::Hang)]).await;
    let world = World::start_with(server.address, |settings| settings.smtp.timeout_seconds = 600).await;
    let id = world.send().await;
    world.wait_for(id, "claimed").await;
    world.context.shutdown.now();
    server.set("DATA", Act::Reply(354));
    world.pass(TimeDelta::minutes(2));
    let replica = world.start_replica().await;
    world.wait_for(id, "sent").await;
    assert_eq!(server.count("BODY"), 1);
    replica.shutdown.now();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_stops_it_before_data() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    world.guard_says(Guard::No("consent_withdrawn"));
    let id = world.send().await;
    let detail = world.wait_for(id, "stopped").await;
    assert_eq!(detail.email.unwrap().reason, "consent_withdrawn");
    world.expect_facts(id, &["EmailStopped"]).await;
    assert_eq!(server.count("DATA"), 0);
    let again = world.ask(&ResendEmail { caller: Some(caller("rdbm")), id: id.to_string() }).await;
    assert_eq!(again.unwrap_err().message, "This e-mail is not in a state to be sent again.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_answer_of_the_guard_it_waits() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    world.guard_says(Guard::Silent);
    let id = world.send().await;
    let detail = world.wait_for(id, "deferred").await;
    assert_eq!(detail.email.unwrap().reason, "guard_unanswered");
    assert_eq!(server.count("DATA"), 0);
    world.guard_says(Guard::Yes);
    world.pass(TimeDelta::seconds(3));
    world.wait_for(id, "sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_its_last_moment_it_is_stopped() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    let mut late = command();
    late.not_after = Some(coffer_proto::timestamp(world.clock.now() - TimeDelta::seconds(1)));
    world.command(&late).await;
    let detail = world.wait_for(late.email_id.parse().unwrap(), "stopped").await;
    assert_eq!(detail.email.unwrap().reason, "too_late");
    assert_eq!(server.count("MAIL"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_safety_catch_diverts_and_keeps_the_intended_recipient() {
    let sink = coffer_testkit::SmtpSink::start().await;
    let world = World::start_with(sink.address, |settings| {
        settings.safety_catch.on = true;
        settings.safety_catch.address = Some("catch@test.example".parse().unwrap());
    })
    .await;
    let id = world.send().await;
    let email = world.wait_for(id, "sent").await.email.unwrap();
    assert_eq!(email.recipient, "jo.doe@nhs.example");
    assert_eq!(email.diverted_to, "catch@test.example");
    let message = sink.wait_for(1, std::time::Duration::from_secs(5)).await.remove(0);
    assert_eq!(message.to, "catch@test.example");
    assert_eq!(message.envelope_to, ["catch@test.example"]);
    assert!(message.subject.starts_with("[Diverted by the safety catch] Contact approved"));
    let status = world.ask(&GetMailerStatus {}).await.unwrap();
    assert!(status.safety_catch);
    assert_eq!(status.diverted_to, "catch@test.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_and_files_arrive_as_they_were() {
    let sink = coffer_testkit::SmtpSink::start().await;
    let world = World::start(sink.address).await;
    let command = command();
    world.command(&command).await;
    let message = sink.wait_for(1, std::time::Duration::from_secs(5)).await.remove(0);
    assert_eq!(message.subject, command.subject);
    assert_eq!(message.text.replace("\r\n", "\n"), command.text);
    assert_eq!(message.html.trim_end(), command.html);
    assert_eq!(message.attachments[0].name, command.attachments[0].name);
    assert_eq!(message.attachments[0].bytes, command.attachments[0].content);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_mailers_never_send_the_same_email() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    let replica = world.start_replica().await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(world.send().await);
    }
    for id in ids {
        world.wait_for(id, "sent").await;
    }
    assert_eq!(server.count("BODY"), 50);
    replica.shutdown.now();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_managers_and_administrators_see_emails() {
    let server = ScriptedServer::start(&[]).await;
    let world = World::start(server.address).await;
    let id = world.send().await;
    world.wait_for(id, "sent").await;
    for role in ["researcher", "clinician"] {
        let question = ListEmails { caller: Some(caller(role)), ..ListEmails::default() };
        assert_eq!(world.ask(&question).await.unwrap_err().code, 2, "{role}");
    }
    let list = |state: &str| ListEmails { caller: Some(caller("rdbm")), state: state.into(), page: None };
    assert_eq!(world.ask(&list("")).await.unwrap().total, 1);
    assert_eq!(world.ask(&list(State::Sent.as_str())).await.unwrap().emails[0].id, id.to_string());
    assert_eq!(world.ask(&list(State::Refused.as_str())).await.unwrap().total, 0);
    assert_eq!(world.ask(&list("lost")).await.unwrap_err().field, "state");
}
