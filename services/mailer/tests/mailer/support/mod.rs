//! A running mailer with a real database and broker, a sender that answers the live guard, and a clock that
//! the test moves.

pub(crate) mod scripted;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use coffer_bus::{AskError, Bus, BusSettings};
use coffer_mailer::Mailer;
use coffer_mailer::config::Settings;
use coffer_mailer::store::Emails;
use coffer_proto::Question;
use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::mailer::v1::{Attachment, EmailDetail, GetEmail, MailPermission, MailPermitted, SendEmail};
use coffer_runtime::{Context, Secret, Service};
use coffer_store::Keyring;
use coffer_testkit::{TestBroker, TestDatabase};
use coffer_types::{Clock, EmailId, FixedClock, SystemClock, UserId};
use futures::StreamExt as _;
use sqlx::PgPool;

/// Longest wait for something that should happen at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the sender says at the live guard.
#[derive(Debug, Clone)]
pub(crate) enum Guard {
    Yes,
    No(&'static str),
    Silent,
}

/// The mailer and its surroundings.
pub(crate) struct World {
    pub(crate) settings: Settings,
    /// The mailer's process.
    pub(crate) context: Context,
    /// The sender's process.
    pub(crate) sender: Context,
    pub(crate) clock: FixedClock,
    pub(crate) pool: PgPool,
    /// The sender's side of the bus.
    pub(crate) bus: Bus,
    pub(crate) guard: Arc<Mutex<Guard>>,
    facts: Arc<Mutex<Vec<(String, String)>>>,
    _database: TestDatabase,
    _broker: TestBroker,
}

impl World {
    /// Starts a mailer that sends to the server at `smtp`.
    pub(crate) async fn start(smtp: SocketAddr) -> Self {
        Self::start_with(smtp, |_| {}).await
    }

    /// The same with further settings.
    pub(crate) async fn start_with(smtp: SocketAddr, adjust: impl FnOnce(&mut Settings)) -> Self {
        let (database, broker) = (coffer_testkit::database().await, coffer_testkit::broker());
        let mut settings = settings(&database, &broker, smtp);
        adjust(&mut settings);
        let clock = FixedClock::at(SystemClock.now());
        let context = Context::for_test(Arc::new(clock.clone()));
        Mailer::setup(&settings, &context).await.unwrap();
        Mailer::start(settings.clone(), context.clone()).await.unwrap();
        let pool = coffer_store::connect(&settings.database, "test").await.unwrap();
        let sender = Context::for_test(Arc::new(clock.clone()));
        let bus = Bus::connect(&settings.bus, "consent", &sender).await.unwrap();
        let guard = Arc::new(Mutex::new(Guard::Yes));
        answer_guard(&bus, &guard, &sender).await;
        let facts = collect_facts(&bus).await;
        Self {
            settings,
            context,
            sender,
            clock,
            pool,
            bus,
            guard,
            facts,
            _database: database,
            _broker: broker,
        }
    }

    /// A second mailer on the same database and broker.
    pub(crate) async fn start_replica(&self) -> Context {
        let context = Context::for_test(Arc::new(self.clock.clone()));
        Mailer::start(self.settings.clone(), context.clone()).await.unwrap();
        context
    }

    /// Publishes a command, through the outbox as a sender would.
    pub(crate) async fn command(&self, command: &SendEmail) {
        let outbox = self.bus.outbox();
        let mut tx = self.pool.begin().await.unwrap();
        outbox.enqueue(&mut tx, command).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Sends an e-mail in order and answers its id.
    pub(crate) async fn send(&self) -> EmailId {
        let command = command();
        self.command(&command).await;
        command.email_id.parse().unwrap()
    }

    /// Waits until the e-mail stands in a state.
    pub(crate) async fn wait_for(&self, id: EmailId, state: &str) -> EmailDetail {
        let mut last = String::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            match self.get(id).await {
                Ok(detail) if detail.email.as_ref().unwrap().state == state => return detail,
                other => last = format!("{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the e-mail never became {state}; last: {last}");
    }

    /// The e-mail as a research database manager sees it.
    pub(crate) async fn get(&self, id: EmailId) -> Result<EmailDetail, Refusal> {
        self.ask(&GetEmail { caller: Some(caller("rdbm")), id: id.to_string() }).await
    }

    /// Asks the mailer. A mailer that a test has killed inside this process may still be subscribed and swallow
    /// a question, so an unanswered one is asked again.
    pub(crate) async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Refusal> {
        for _ in 0..10 {
            match self.bus.ask(question).await {
                Ok(answer) => return Ok(answer),
                Err(AskError::Refused(refusal)) => return Err(refusal),
                Err(AskError::Unavailable) => {}
                Err(error) => panic!("no answer: {error}"),
            }
        }
        panic!("no answer in ten tries");
    }

    /// Waits until as many facts have come as named, and compares them in order.
    pub(crate) async fn expect_facts(&self, id: EmailId, expected: &[&str]) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let id = id.to_string();
        let mut seen = Vec::new();
        while tokio::time::Instant::now() < deadline {
            seen = self.facts.lock().unwrap().iter().filter(|(of, _)| *of == id).cloned().collect();
            if seen.len() >= expected.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Time for one fact too many.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let names: Vec<&str> = seen.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, expected);
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// Changes the sender's answer at the live guard.
    pub(crate) fn guard_says(&self, guard: Guard) {
        *self.guard.lock().unwrap() = guard;
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.context.shutdown.now();
        self.sender.shutdown.now();
    }
}

/// A person with a role.
pub(crate) fn caller(role: &str) -> Caller {
    Caller {
        user_id: UserId::new().to_string(),
        roles: vec![role.to_owned()],
        name: "Ms R Manager".to_owned(),
        email: "rdbm@trust.nhs.example".to_owned(),
    }
}

/// A command in order, with a new id.
pub(crate) fn command() -> SendEmail {
    SendEmail {
        email_id: EmailId::new().to_string(),
        sender: "consent".into(),
        kind: "approval".into(),
        reference: "01890000-0000-7000-8000-000000000002".into(),
        recipient: "jo.doe@nhs.example".into(),
        recipient_name: "Dr Jörg Döe".into(),
        subject: "Contact approved – grüße".into(),
        text: format!("Dear Dr Döe,\n\n{}\n.\n..dots at line starts\n", "a long line ".repeat(200)),
        html: "<p>Dear Dr Döe,</p>".into(),
        attachments: vec![Attachment {
            name: "Bescheid für Jörg.pdf".into(),
            content_type: "application/pdf".into(),
            content: (0..=255).cycle().take(50_000).collect(),
        }],
        not_after: None,
    }
}

fn settings(database: &TestDatabase, broker: &TestBroker, smtp: SocketAddr) -> Settings {
    let mut settings = Settings::default();
    settings.database.url = Secret::from(database.url.as_str());
    settings.bus = BusSettings {
        url: broker.url.clone(),
        namespace: broker.namespace.clone(),
        ask_timeout_ms: 500,
        ..BusSettings::default()
    };
    settings.smtp.host = smtp.ip().to_string();
    settings.smtp.port = smtp.port();
    settings.smtp.timeout_seconds = 2;
    settings.smtp.delivery_timeout_seconds = 2;
    settings.sending.poll_milliseconds = 20;
    settings.sending.sweep_seconds = 1;
    settings
}

async fn answer_guard(bus: &Bus, guard: &Arc<Mutex<Guard>>, context: &Context) {
    let guard = Arc::clone(guard);
    bus.answers()
        .on(move |_: MailPermitted| {
            let guard = guard.lock().unwrap().clone();
            async move {
                match guard {
                    Guard::Yes => Ok(MailPermission { permitted: true, reason: String::new() }),
                    Guard::No(reason) => Ok(MailPermission { permitted: false, reason: reason.to_owned() }),
                    Guard::Silent => std::future::pending().await,
                }
            }
        })
        .serve(context)
        .await
        .unwrap();
}

async fn collect_facts(bus: &Bus) -> Arc<Mutex<Vec<(String, String)>>> {
    let facts = Arc::new(Mutex::new(Vec::new()));
    let mut notices = bus.watch("coffer.evt.mailer.email.*.v1.>").await.unwrap();
    let sink = Arc::clone(&facts);
    tokio::spawn(async move {
        while let Some(notice) = notices.next().await {
            let id = notice.subject.rsplit('.').next().unwrap_or_default().to_owned();
            let name = notice.type_name.rsplit('.').next().unwrap_or_default().to_owned();
            sink.lock().unwrap().push((id, name));
        }
    });
    facts
}

/// Only the store, with no worker that would interfere.
pub(crate) struct Shelf {
    pub(crate) emails: Emails,
    pub(crate) pool: PgPool,
    pub(crate) clock: FixedClock,
    _database: TestDatabase,
    _broker: TestBroker,
}

impl Shelf {
    pub(crate) async fn new() -> Self {
        let (database, broker) = (coffer_testkit::database().await, coffer_testkit::broker());
        let settings = settings(&database, &broker, SocketAddr::from(([127, 0, 0, 1], 1)));
        let clock = FixedClock::at(SystemClock.now());
        let context = Context::for_test(Arc::new(clock.clone()));
        Mailer::setup(&settings, &context).await.unwrap();
        let pool = coffer_store::connect(&settings.database, "test").await.unwrap();
        let bus = Bus::connect(&settings.bus, Mailer::NAME, &context).await.unwrap();
        let keyring = Keyring::new(&settings.sealing).unwrap();
        let emails = Emails::new(pool.clone(), keyring, bus.outbox(), Arc::new(clock.clone()));
        Self { emails, pool, clock, _database: database, _broker: broker }
    }
}
