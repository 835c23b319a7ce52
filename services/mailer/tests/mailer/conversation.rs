//! The conversation with a scripted server: every verb, every kind of answer, and what it means.

use std::time::Duration;

use coffer_mailer::config::{SmtpSettings, TlsMode};
use coffer_mailer::domain::reply::{Consequence, Fault, Verb};
use coffer_mailer::smtp::{Connector, Kept};
use lettre::address::Envelope;
use rstest::rstest;

use crate::support::scripted::{Act, ScriptedServer};

fn connector(server: &ScriptedServer, tls: TlsMode) -> Connector {
    let settings = SmtpSettings {
        host: server.address.ip().to_string(),
        port: server.address.port(),
        tls,
        user: Some("coffer".into()),
        password: "secret".into(),
        timeout_seconds: 1,
        delivery_timeout_seconds: 1,
        ..SmtpSettings::default()
    };
    Connector::new(&settings).unwrap()
}

async fn send(connector: &Connector, kept: &mut Kept) -> Result<String, Fault> {
    let envelope = Envelope::new(
        Some("coffer@trust.example".parse().unwrap()),
        vec!["jo.doe@nhs.example".parse().unwrap()],
    )
    .unwrap();
    let accepting = connector.resume(kept).await?.address(&envelope).await?.ask().await?;
    let (reply, connection) = accepting.deliver(b"Subject: test\r\n\r\ntest\r\n").await?;
    kept.keep(connection);
    Ok(reply.to_string())
}

async fn fault(script: &[(&'static str, Act)], tls: TlsMode) -> (Fault, ScriptedServer) {
    let server = ScriptedServer::start(script).await;
    let fault = send(&connector(&server, tls), &mut Kept::default()).await.unwrap_err();
    (fault, server)
}

/// The verbs on the wire, and the step under which we know them.
const STEPS: [(&str, Verb); 8] = [
    ("GREETING", Verb::Connect),
    ("EHLO", Verb::Connect),
    ("STARTTLS", Verb::Starttls),
    ("AUTH", Verb::Auth),
    ("MAIL", Verb::Mail),
    ("RCPT", Verb::Rcpt),
    ("DATA", Verb::Data),
    ("BODY", Verb::Body),
];

fn tls_for(spoken: &str) -> TlsMode {
    if spoken == "STARTTLS" { TlsMode::Starttls } else { TlsMode::None }
}

#[rstest]
#[tokio::test]
async fn a_refusal_is_told_with_its_step_and_without_addresses(
    #[values(0, 1, 2, 3, 4, 5, 6, 7)] step: usize,
    #[values(421, 450, 451, 452, 550, 552, 553, 554)] code: u16,
) {
    let (spoken, verb) = STEPS[step];
    let (fault, server) = fault(&[(spoken, Act::Reply(code))], tls_for(spoken)).await;
    assert_eq!(fault.verb, verb);
    assert_eq!(fault.reason(), format!("smtp_{code}"));
    assert_eq!(fault.to_string(), format!("{}: {code} says (address)", verb.as_str()));
    let body_was_sent = server.count("BODY") > 0;
    assert_eq!(body_was_sent, verb == Verb::Body);
}

#[rstest]
#[tokio::test]
async fn a_closed_connection_or_silence_is_doubtful_only_in_the_body(
    #[values(0, 1, 2, 3, 4, 5, 6, 7)] step: usize,
    #[values(Act::Close, Act::Hang)] act: Act,
) {
    let (spoken, verb) = STEPS[step];
    let (fault, _server) = fault(&[(spoken, act)], tls_for(spoken)).await;
    assert_eq!(fault.verb, verb);
    let expected = if verb == Verb::Body { Consequence::Doubt } else { Consequence::Retry };
    assert_eq!(fault.consequence(), expected, "{fault}");
}

#[tokio::test]
async fn a_server_without_starttls_hears_no_address() {
    let (fault, server) = fault(&[], TlsMode::Starttls).await;
    assert_eq!((fault.verb, fault.consequence()), (Verb::Starttls, Consequence::Retry));
    assert_eq!(server.count("MAIL") + server.count("AUTH"), 0);
}

#[tokio::test]
async fn a_server_that_skips_the_dialogue_gets_no_body() {
    let (fault, server) = fault(&[("DATA", Act::Reply(250))], TlsMode::None).await;
    assert_eq!((fault.verb, fault.consequence()), (Verb::Data, Consequence::Retry));
    assert_eq!(server.count("BODY"), 0);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_email() {
    let server = ScriptedServer::start(&[]).await;
    let (connector, mut kept) = (connector(&server, TlsMode::None), Kept::default());
    for _ in 0..3 {
        assert_eq!(send(&connector, &mut kept).await.unwrap(), "250 says (address)");
    }
    assert_eq!((server.count("CONNECTION"), server.count("BODY"), server.count("RSET")), (1, 3, 2));
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced() {
    let server = ScriptedServer::start(&[("RSET", Act::Close)]).await;
    let (connector, mut kept) = (connector(&server, TlsMode::None), Kept::default());
    for _ in 0..2 {
        send(&connector, &mut kept).await.unwrap();
    }
    assert_eq!((server.count("CONNECTION"), server.count("BODY")), (2, 2));
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let settings = SmtpSettings { host: "127.0.0.1".into(), port: 1, ..SmtpSettings::default() };
    let fault = tokio::time::timeout(
        Duration::from_secs(5),
        send(&Connector::new(&settings).unwrap(), &mut Kept::default()),
    )
    .await
    .unwrap()
    .unwrap_err();
    assert_eq!((fault.verb, fault.consequence()), (Verb::Connect, Consequence::Retry));
}
