//! A mail server that follows a script: one answer for each verb, on any number of connections.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does at a verb.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Answers with this code.
    Reply(u16),
    /// Closes the connection.
    Close,
    /// Says nothing more.
    Hang,
}

/// The server. Verbs: GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY, RSET.
pub(crate) struct ScriptedServer {
    pub(crate) address: SocketAddr,
    script: Script,
    seen: Arc<Mutex<Vec<String>>>,
}

type Script = Arc<Mutex<HashMap<&'static str, Act>>>;

impl ScriptedServer {
    pub(crate) async fn start(script: &[(&'static str, Act)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(Mutex::new(script.iter().copied().collect()));
        let (lines, log) = (Arc::clone(&script), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                log.lock().unwrap().push("CONNECTION".to_owned());
                tokio::spawn(serve(stream, Arc::clone(&lines), Arc::clone(&log)));
            }
        });
        Self { address, script, seen }
    }

    /// Changes an answer from now on.
    pub(crate) fn set(&self, verb: &'static str, act: Act) {
        self.script.lock().unwrap().insert(verb, act);
    }

    /// Every connection and verb so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// How often a verb was spoken.
    pub(crate) fn count(&self, verb: &str) -> usize {
        self.seen().iter().filter(|seen| *seen == verb).count()
    }
}

async fn serve(stream: TcpStream, script: Script, seen: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut verb = "GREETING".to_owned();
    loop {
        let act = script.lock().unwrap().get(verb.as_str()).copied().unwrap_or(Act::Reply(usual(&verb)));
        let offers_tls = script.lock().unwrap().contains_key("STARTTLS");
        match act {
            Act::Close => return,
            Act::Hang => return std::future::pending().await,
            Act::Reply(code) => {
                let answer = match (verb.as_str(), code) {
                    ("EHLO", 250) if offers_tls => "250-here\r\n250 STARTTLS\r\n".to_owned(),
                    ("EHLO", 250) => "250-here\r\n250 AUTH PLAIN\r\n".to_owned(),
                    _ => format!("{code} says <jo.doe@nhs.example>\r\n"),
                };
                if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
                if (verb.as_str(), code) == ("DATA", 354) {
                    if !read_body(&mut stream).await {
                        return;
                    }
                    "BODY".clone_into(&mut verb);
                    seen.lock().unwrap().push(verb.clone());
                    continue;
                }
            }
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
        seen.lock().unwrap().push(verb.clone());
    }
}

async fn read_body(stream: &mut BufReader<TcpStream>) -> bool {
    loop {
        let mut line = String::new();
        match stream.read_line(&mut line).await {
            Ok(0) | Err(_) => return false,
            Ok(_) if line == ".\r\n" => return true,
            Ok(_) => {}
        }
    }
}

fn usual(verb: &str) -> u16 {
    match verb {
        "GREETING" => 220,
        "AUTH" => 235,
        "DATA" => 354,
        _ => 250,
    }
}
