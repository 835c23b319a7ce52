//! The sink keeps what it gets, answers as it is told, and shows it over HTTP.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::net::SocketAddr;
use std::time::Duration;

use coffer_testkit::{Inbox, SinkAction, SinkRule, SmtpSink, Verb, mailbox};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

const MESSAGE: &str = "\
From: Coffer <coffer@nhs.example>\r\n\
To: a@nhs.example\r\n\
Message-ID: <one@coffer>\r\n\
Subject: Approved\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=\"b\"\r\n\
\r\n\
--b\r\n\
Content-Type: multipart/alternative; boundary=\"c\"\r\n\
\r\n\
--c\r\n\
Content-Type: text/plain\r\n\
\r\n\
..plain\r\n\
--c\r\n\
Content-Type: text/html\r\n\
\r\n\
<p>rich</p>\r\n\
--c--\r\n\
--b\r\n\
Content-Type: application/pdf; name=\"letter.pdf\"\r\n\
Content-Disposition: attachment; filename=\"letter.pdf\"\r\n\
Content-Transfer-Encoding: base64\r\n\
\r\n\
JVBERg==\r\n\
--b--\r\n";

/// A sender that talks plain SMTP.
struct Sender {
    replies: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
}

impl Sender {
    async fn connect(sink: &SmtpSink) -> Self {
        let (reader, writer) = TcpStream::connect(sink.address).await.unwrap().into_split();
        Self { replies: BufReader::new(reader).lines(), writer }
    }

    /// The code of the next reply; none when the connection ends.
    async fn reply(&mut self) -> Option<u16> {
        while let Some(line) = self.replies.next_line().await.unwrap() {
            if line.get(3..4) == Some(" ") {
                return line.get(..3)?.parse().ok();
            }
        }
        None
    }

    async fn say(&mut self, text: &str) -> Option<u16> {
        self.writer.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
        self.reply().await
    }

    /// Up to the end of the message; the codes of all replies.
    async fn send(&mut self) -> Vec<Option<u16>> {
        let mut codes = vec![self.reply().await];
        let body = format!("{MESSAGE}.");
        for line in ["EHLO test", "MAIL FROM:<coffer@nhs.example>", "RCPT TO:<a@nhs.example>", "DATA", &body]
        {
            codes.push(self.say(line).await);
            if codes.last().is_none_or(|code| code.is_none_or(|code| code >= 400)) {
                break;
            }
        }
        codes
    }
}

#[tokio::test]
async fn a_message_is_kept_with_its_parts() {
    let sink = SmtpSink::start().await;
    let codes = Sender::connect(&sink).await.send().await;
    assert_eq!(codes, [220, 250, 250, 250, 354, 250].map(Some));
    let messages = sink.wait_for(1, Duration::from_secs(5)).await;
    let message = &messages[0];
    assert_eq!((message.id.as_str(), message.from.as_str()), ("one@coffer", "coffer@nhs.example"));
    assert_eq!((message.to.as_str(), message.subject.as_str()), ("a@nhs.example", "Approved"));
    assert_eq!((message.text.trim(), message.html.trim()), (".plain", "<p>rich</p>"));
    assert_eq!(
        (message.attachments[0].name.as_str(), message.attachments[0].bytes.as_slice()),
        ("letter.pdf", b"%PDF".as_slice())
    );
    assert_eq!(message.envelope_to, ["a@nhs.example"]);
}

#[tokio::test]
async fn a_rule_acts_as_often_as_it_says() {
    let sink = SmtpSink::start().await;
    sink.answer(SinkRule::reply(Verb::Rcpt, 451, 2));
    for expected in [451, 451, 250] {
        let codes = Sender::connect(&sink).await.send().await;
        assert_eq!(codes[3], Some(expected));
    }
    assert_eq!(sink.messages().len(), 1);
}

#[tokio::test]
async fn a_refused_message_is_not_kept_and_a_cut_one_may_be() {
    let sink = SmtpSink::start().await;
    for (action, last, kept) in [
        (SinkAction::Reply(554), Some(554), 0),
        (SinkAction::Close, None, 0),
        (SinkAction::KeepAndClose, None, 1),
    ] {
        sink.answer(SinkRule::once(Verb::EndOfData, action));
        let codes = Sender::connect(&sink).await.send().await;
        assert_eq!(codes.last(), Some(&last));
        assert_eq!(sink.messages().len(), kept);
    }
}

#[tokio::test]
async fn a_hanging_sink_says_nothing() {
    let sink = SmtpSink::start().await;
    sink.answer(SinkRule::once(Verb::Connect, SinkAction::Hang));
    let mut sender = Sender::connect(&sink).await;
    assert!(tokio::time::timeout(Duration::from_millis(100), sender.reply()).await.is_err());
}

#[tokio::test]
async fn the_mailbox_lists_shows_and_empties() {
    let sink = SmtpSink::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, mailbox(&sink)).into_future());
    let client = reqwest::Client::new();

    let rule = serde_json::json!({"verb": "mail", "action": {"reply": 421}});
    client.post(format!("{url}/api/rules")).json(&rule).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(Sender::connect(&sink).await.send().await[2], Some(421));
    Sender::connect(&sink).await.send().await;

    let text = client.get(format!("{url}/api/messages")).send().await.unwrap().text().await.unwrap();
    let messages: serde_json::Value = serde_json::from_str(&text).unwrap();
    let attachment =
        serde_json::json!({"name": "letter.pdf", "content_type": "application/pdf", "bytes": "JVBERg=="});
    assert_eq!(messages[0]["attachments"], serde_json::json!([attachment]));

    let page = client.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<a href=\"/messages/1\">Approved</a>"), "{page}");
    let pdf = client.get(format!("{url}/messages/1/attachments/0")).send().await.unwrap();
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    let html = client.get(format!("{url}/messages/1/html")).send().await.unwrap();
    assert!(html.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));

    client.delete(format!("{url}/api/messages")).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(sink.messages().len(), 0);
    assert_eq!(client.get(format!("{url}/messages/1")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_folder_keeps_messages_until_they_are_cleared() {
    let folder = tempfile::TempDir::new().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let start = async || SmtpSink::listen(address, Inbox::in_folder(folder.path()).unwrap()).await.unwrap();
    for _ in 0..2 {
        Sender::connect(&start().await).await.send().await;
    }
    let again = start().await;
    assert_eq!(again.messages().len(), 2);
    again.inbox.clear().unwrap();
    assert_eq!(start().await.messages().len(), 0);
}
