//! A whole Coffer of its own for one test: the four real services as processes, with real surroundings.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use coffer_demo::{Case, DemoPatient, DemoStudy, SERVICES, Surroundings};
use coffer_testkit::{SmtpSink, TestBroker, TestDatabase};
use coffer_types::{Clock as _, SystemClock};
use tempfile::TempDir;
use uuid::Uuid;

use crate::api::Api;
use crate::databases::{databases, run};
use crate::process::Process;

/// What a test wants otherwise than usual.
#[derive(Debug, Default)]
pub struct SystemOptions {
    /// Where traces go.
    pub otlp: Option<String>,
    /// Environment variables of services: (service, name, value).
    pub settings: Vec<(&'static str, &'static str, String)>,
    /// Further research databases, in the words of the settings (`[[databases]]`).
    pub research_databases: String,
}

/// A running system with the demo's users, studies and patients. All of it ends with this value.
#[derive(Debug)]
pub struct System {
    /// The address of the pages and of the JSON API.
    pub gateway: String,
    /// The mail server that the mailer sends to.
    pub mail: SmtpSink,
    // Fields drop in this order: processes before what they use.
    processes: BTreeMap<&'static str, Process>,
    surroundings: Surroundings,
    broker: TestBroker,
    databases: BTreeMap<&'static str, TestDatabase>,
    _settings: TempDir,
}

impl System {
    /// Starts a system as usual.
    pub async fn start() -> Self {
        Self::start_with(SystemOptions::default()).await
    }

    /// Starts a system with options, and waits until all services are ready.
    pub async fn start_with(options: SystemOptions) -> Self {
        let (broker, mail, databases) =
            (coffer_testkit::broker(), SmtpSink::start().await, databases().await);
        let surroundings = Surroundings {
            environment: "test",
            gateway_port: free_port(),
            smtp_port: mail.address.port(),
            admin_ports: SERVICES.map(|service| (service, free_port())).into_iter().collect(),
            database_urls: databases.iter().map(|(name, database)| (*name, database.url.clone())).collect(),
            nats_url: broker.url.clone(),
            namespace: broker.namespace.clone(),
            otlp: options.otlp.clone(),
        };
        let settings = TempDir::new().expect("a folder for settings");
        let processes =
            SERVICES.map(|service| (service, process(service, &surroundings, settings.path(), &options)));
        let mut system = Self {
            gateway: surroundings.public_url(),
            mail,
            processes: processes.into_iter().collect(),
            surroundings,
            broker,
            databases,
            _settings: settings,
        };
        system.bring_up().await;
        system
    }

    async fn bring_up(&mut self) {
        for process in self.processes.values_mut() {
            process.start();
        }
        for service in SERVICES {
            self.wait_until_ready(service).await;
        }
        for service in ["gateway", "consent"] {
            self.process(service).run("seed-demo");
        }
    }

    /// The JSON API as a demo account sees it.
    pub fn api(&self, username: &str) -> Api {
        let user = coffer_demo::user(username).expect("a demo account");
        Api::new(&self.gateway, &user.api_token)
    }

    /// The patient of a named case.
    pub fn patient(&self, case: Case) -> DemoPatient {
        coffer_demo::patient(case, today()).expect("every case has a patient")
    }

    /// The day from which the demo's dates count.
    pub fn today(&self) -> chrono::NaiveDate {
        today()
    }

    /// The demo's studies; the first is the one for direct approaches.
    pub fn studies(&self) -> Vec<DemoStudy> {
        coffer_demo::studies(today())
    }

    /// The superuser's URL of a database, such as `coffer_consent` or `demo_clinical`.
    pub fn database_url(&self, database: &str) -> &str {
        &self.databases.get(database).expect("one of the demo's databases").url
    }

    /// Runs SQL in a database.
    pub async fn execute(&self, database: &str, sql: &str) {
        run(self.database_url(database), sql.to_owned()).await;
    }

    /// The broker's address and this system's part of it.
    pub fn broker(&self) -> &TestBroker {
        &self.broker
    }

    /// The address of a service's admin port.
    pub fn admin(&self, service: &str) -> String {
        format!("http://127.0.0.1:{}", self.surroundings.admin_ports.get(service).expect("a service"))
    }

    /// The lines that a service has logged.
    pub fn log(&self, service: &str) -> Vec<String> {
        self.process(service).log()
    }

    /// Ends a service at once, as a power cut would.
    pub fn kill(&mut self, service: &str) {
        self.process_mut(service).kill();
    }

    /// Asks a service to end; gives its exit code.
    pub fn stop(&mut self, service: &str) -> Option<i32> {
        self.process_mut(service).stop()
    }

    /// Starts a service again, where it was; does not wait.
    pub fn restart(&mut self, service: &str) {
        self.process_mut(service).start();
    }

    /// Waits until a service says that it is ready.
    pub async fn wait_until_ready(&mut self, service: &str) {
        let url = format!("{}/readyz", self.admin(service));
        let end = Instant::now() + Duration::from_mins(1);
        while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(!self.process_mut(service).has_ended(), "{service} ended while it started");
            assert!(Instant::now() < end, "{service} did not become ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn process(&self, service: &str) -> &Process {
        self.processes.get(service).expect("a service")
    }

    fn process_mut(&mut self, service: &str) -> &mut Process {
        self.processes.get_mut(service).expect("a service")
    }
}

fn process(service: &str, surroundings: &Surroundings, folder: &Path, options: &SystemOptions) -> Process {
    let configuration = folder.join(format!("{service}.toml"));
    let mut settings = surroundings.settings(service);
    if service == "research-query" {
        settings.push_str(&options.research_databases);
    }
    std::fs::write(&configuration, settings).expect("settings can be written");
    let own = options.settings.iter().filter(|(of, ..)| *of == service);
    let environment = own.map(|(_, name, value)| ((*name).to_owned(), value.clone())).collect();
    Process::new(service, configuration, environment)
}

fn today() -> chrono::NaiveDate {
    SystemClock.now().date_naive()
}

/// A free port below those that the kernel gives to outgoing connections, so that a service that was killed
/// finds its port free when it comes back.
fn free_port() -> u16 {
    let candidates = std::iter::repeat_with(|| 10_000 + Uuid::new_v4().as_fields().1 % 20_000);
    candidates
        .take(1000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap_or_else(|| panic!("no free port"))
}
