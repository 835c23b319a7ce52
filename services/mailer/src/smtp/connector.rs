//! Opens connections as the settings say: plain, STARTTLS (never falling back to plain) or implicit TLS,
//! signed in when there are credentials.

use std::time::{Duration, Instant};

use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use thiserror::Error;

use super::Connection;
use super::line::{Limits, Line, within};
use crate::config::{SmtpSettings, TlsMode};
use crate::domain::reply::{Fault, Verb};

/// Longest rest of a kept connection; servers close them after a few minutes.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// TLS or credentials that cannot be used.
#[derive(Debug, Error)]
#[error("the SMTP settings cannot be used: {0}")]
pub struct ConnectorError(#[from] smtp::Error);

/// Opens connections to the one server.
pub struct Connector {
    server: (String, u16),
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    limits: Limits,
}

enum Security {
    Plain,
    Starttls(TlsParameters),
    Implicit(TlsParameters),
}

/// A connection that rests between two e-mails of one worker.
#[derive(Default)]
pub struct Kept(Option<(Connection, Instant)>);

impl Kept {
    /// Keeps a connection for the next e-mail.
    pub fn keep(&mut self, connection: Connection) {
        self.0 = Some((connection, Instant::now()));
    }

    /// Lets go of a connection that has rested too long.
    pub fn tidy(&mut self) {
        self.0.take_if(|(_, since)| since.elapsed() > LONGEST_REST);
    }
}

impl Connector {
    /// Reads the settings; touches no network.
    pub fn new(settings: &SmtpSettings) -> Result<Self, ConnectorError> {
        let security = match settings.tls {
            TlsMode::None => Security::Plain,
            TlsMode::Starttls => Security::Starttls(tls_parameters(settings)?),
            TlsMode::Implicit => Security::Implicit(tls_parameters(settings)?),
        };
        let credentials = settings
            .user
            .as_ref()
            .map(|user| Credentials::new(user.clone(), settings.password.expose().to_owned()));
        Ok(Self {
            server: (settings.host.clone(), settings.port),
            security,
            credentials,
            hello: ClientId::default(),
            limits: Limits {
                command: Duration::from_secs(settings.timeout_seconds),
                body: Duration::from_secs(settings.delivery_timeout_seconds),
            },
        })
    }

    /// The server's name.
    pub fn host(&self) -> &str {
        &self.server.0
    }

    /// The server's port.
    pub const fn port(&self) -> u16 {
        self.server.1
    }

    /// The kept connection if the server still answers on it, else a new one.
    pub async fn resume(&self, kept: &mut Kept) -> Result<Connection, Fault> {
        kept.tidy();
        if let Some((mut connection, _)) = kept.0.take()
            && connection.is_alive().await
        {
            return Ok(connection);
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<Connection, Fault> {
        let implicit = match &self.security {
            Security::Implicit(parameters) => Some(parameters.clone()),
            Security::Plain | Security::Starttls(_) => None,
        };
        let server = (self.server.0.as_str(), self.server.1);
        // Boxed, as the upgrade below: TLS makes these futures far larger than all the rest of a try.
        let opening = Box::pin(AsyncSmtpConnection::connect_tokio1(
            server,
            Some(self.limits.command),
            &self.hello,
            implicit,
            None,
        ));
        let mut connection = self.step(Verb::Connect, opening).await?;
        if let Security::Starttls(parameters) = &self.security {
            let upgrade = Box::pin(connection.starttls(parameters.clone(), &self.hello));
            self.step(Verb::Starttls, upgrade).await?;
        }
        if let Some(credentials) = &self.credentials {
            let sign_in = connection.auth(DEFAULT_MECHANISMS, credentials);
            self.step(Verb::Auth, sign_in).await?;
        }
        Ok(Connection(Line::new(connection, self.limits)))
    }

    /// A step before any address is spoken: its error may go to the log as it is.
    async fn step<T>(
        &self,
        verb: Verb,
        step: impl Future<Output = Result<T, smtp::Error>>,
    ) -> Result<T, Fault> {
        let logged = async {
            step.await.inspect_err(
                |error| tracing::warn!(verb = verb.as_str(), %error, "no connection to the mail server"),
            )
        };
        within(self.limits.command, verb, logged).await
    }
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, smtp::Error> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(certificate) = &settings.root_certificate {
        builder = builder.add_root_certificate(Certificate::from_pem(certificate.as_bytes())?);
    }
    builder.build()
}
