//! A small HTTP client: one connection per call, so that an answer ends with its connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

/// Longer than any call of a measurement.
const PATIENCE: Duration = Duration::from_mins(3);

/// Somebody who calls a server on this machine.
#[derive(Clone)]
pub(super) struct Caller {
    pub port: u16,
    /// Header lines that say who it is, each with its end.
    pub identity: String,
}

/// An answer whose body is still to be read.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: BufReader<TcpStream>,
}

impl Caller {
    /// By a token of the JSON API.
    pub(super) fn by_token(port: u16, token: &str) -> Self {
        Self { port, identity: format!("Authorization: Bearer {token}\r\n") }
    }

    /// By a session, as a browser has it.
    pub(super) fn by_session(port: u16, username: &str, password: &str) -> anyhow::Result<Self> {
        let nobody = Self { port, identity: String::new() };
        let form = format!("username={username}&password={password}");
        let answer = nobody.send("POST", "/sign-in", "application/x-www-form-urlencoded", &form)?;
        let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let cookies: Vec<_> = cookies.filter_map(|(_, value)| value.split(';').next()).collect();
        if cookies.is_empty() {
            bail!("signing in gave no session: status {}", answer.status);
        }
        Ok(Self { port, identity: format!("Cookie: {}\r\n", cookies.join("; ")) })
    }

    /// GET of JSON.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send("GET", path, "", "")?.json()
    }

    /// GET, for the time it takes; gives the number of bytes.
    pub(super) fn fetch(&self, path: &str) -> anyhow::Result<u64> {
        self.send("GET", path, "", "")?.copy_to(&mut std::io::sink())
    }

    /// GET into a file; gives the number of bytes.
    pub(super) fn download(&self, path: &str, file: &std::path::Path) -> anyhow::Result<u64> {
        let mut target = std::fs::File::create(file).context("creating the file")?;
        self.send("GET", path, "", "")?.copy_to(&mut target)
    }

    /// POST of JSON.
    pub(super) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send("POST", path, "application/json", &body.to_string())?.json()
    }

    /// DELETE
    pub(super) fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.send("DELETE", path, "", "")?.json()
    }

    fn send(&self, method: &str, path: &str, content_type: &str, body: &str) -> anyhow::Result<Answer> {
        let mut stream =
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).context("calling the gateway")?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let content = match body.len() {
            0 => String::new(),
            length => format!("Content-Type: {content_type}\r\nContent-Length: {length}\r\n"),
        };
        // HTTP/1.0, so that the answer comes as it is and not in chunks.
        let (port, identity) = (self.port, &self.identity);
        let head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{identity}{content}\r\n");
        stream.write_all(format!("{head}{body}").as_bytes())?;
        Answer::read(BufReader::new(stream))
    }
}

impl Answer {
    fn read(mut body: BufReader<TcpStream>) -> anyhow::Result<Self> {
        let mut line = String::new();
        body.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no answer")?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            body.read_line(&mut line)?;
            match line.trim().split_once(": ") {
                Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
                None => return Ok(Self { status, headers, body }),
            }
        }
    }

    fn json(mut self) -> anyhow::Result<Value> {
        let mut text = String::new();
        self.body.read_to_string(&mut text)?;
        if self.status >= 400 {
            bail!("status {}: {text}", self.status);
        }
        serde_json::from_str(&text).context("an answer that is not JSON")
    }

    fn copy_to(mut self, target: &mut impl std::io::Write) -> anyhow::Result<u64> {
        let bytes = std::io::copy(&mut self.body, target)?;
        if self.status != 200 {
            bail!("status {}", self.status);
        }
        let expected = self.headers.iter().find(|(name, _)| name == "content-length");
        if expected.is_some_and(|(_, length)| length.parse() != Ok(bytes)) {
            bail!("the answer broke off");
        }
        Ok(bytes)
    }
}
