//! One conversation (RFC 5321, as far as a sink needs it).

use std::io;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::script::{Script, SinkAction, Verb};
use super::{Inbox, SinkMessage};

/// What a sender may send at most, in bytes.
const SIZE: usize = 64 * 1024 * 1024;

/// A connection with the envelope that is being filled in.
pub(super) struct Session {
    stream: BufReader<TcpStream>,
    inbox: Inbox,
    script: Script,
    recipients: Vec<String>,
}

/// What a command led to.
enum Turn {
    Go,
    End,
}

impl Session {
    pub(super) fn new(stream: TcpStream, inbox: Inbox, script: Script) -> Self {
        stream.set_nodelay(true).ok();
        Self { stream: BufReader::new(stream), inbox, script, recipients: Vec::new() }
    }

    /// Talks until either side ends.
    pub(super) async fn run(mut self) {
        // A sender that goes away in the middle is no fault of the sink.
        self.talk().await.ok();
    }

    async fn talk(&mut self) -> io::Result<()> {
        let mut turn = self.respond(Verb::Connect, "220 coffer-mail-sink ESMTP").await?;
        while let Turn::Go = turn {
            let Some(line) = self.line().await? else {
                return Ok(());
            };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            turn = self.command(&line).await?;
        }
        Ok(())
    }

    async fn command(&mut self, line: &str) -> io::Result<Turn> {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let offers =
                    format!("250-coffer-mail-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE {SIZE}");
                self.respond(Verb::Ehlo, &offers).await
            }
            "HELO" => self.respond(Verb::Ehlo, "250 coffer-mail-sink").await,
            "MAIL" => {
                self.recipients.clear();
                self.respond(Verb::Mail, "250 2.1.0 sender is fine").await
            }
            "RCPT" => self.recipient(line).await,
            "DATA" if self.recipients.is_empty() => self.say("503 5.5.1 no recipient yet").await,
            "DATA" => self.data().await,
            "RSET" => {
                self.recipients.clear();
                self.say("250 2.0.0 forgotten").await
            }
            "NOOP" => self.say("250 2.0.0 nothing done").await,
            "QUIT" => {
                self.say("221 2.0.0 good-bye").await?;
                Ok(Turn::End)
            }
            _ => self.say("502 5.5.2 not known here").await,
        }
    }

    async fn recipient(&mut self, line: &str) -> io::Result<Turn> {
        let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let action = self.script.take(Verb::Rcpt);
        if action.is_none() {
            self.recipients.push(address);
        }
        self.act(action, "250 2.1.5 recipient is fine").await
    }

    async fn data(&mut self) -> io::Result<Turn> {
        if let Some(action) = self.script.take(Verb::Data) {
            return self.act(Some(action), "").await;
        }
        self.say("354 go on, end with a dot").await?;
        let Some(raw) = self.body().await? else {
            return Ok(Turn::End);
        };
        let action = self.script.take(Verb::EndOfData);
        if matches!(action, None | Some(SinkAction::KeepAndClose | SinkAction::Reply(200..=299))) {
            self.inbox.keep(SinkMessage::parse(&raw, std::mem::take(&mut self.recipients)))?;
        }
        self.act(action, "250 2.0.0 kept").await
    }

    /// Up to the lonely dot, without the dots that were put before others; none if the sender went away.
    async fn body(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        while let Some(line) = self.line().await? {
            if line == b".\r\n" || line == b".\n" {
                return Ok(Some(raw));
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            if raw.len() > SIZE {
                return Err(io::Error::other("the message is too large"));
            }
        }
        Ok(None)
    }

    async fn respond(&mut self, verb: Verb, usual: &str) -> io::Result<Turn> {
        let action = self.script.take(verb);
        self.act(action, usual).await
    }

    async fn act(&mut self, action: Option<SinkAction>, usual: &str) -> io::Result<Turn> {
        match action {
            None => self.say(usual).await,
            Some(SinkAction::Reply(code)) => self.say(&format!("{code} as the test wants")).await,
            Some(SinkAction::Hang) => std::future::pending().await,
            Some(SinkAction::Close | SinkAction::KeepAndClose) => Ok(Turn::End),
        }
    }

    async fn say(&mut self, reply: &str) -> io::Result<Turn> {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.stream.flush().await?;
        Ok(Turn::Go)
    }

    /// The next line with its end; none at the end of the connection.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await?;
        Ok((read > 0).then_some(line))
    }
}
