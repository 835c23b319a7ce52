//! A whole consent service on a database and a namespace of its own, with the demo's patients behind it.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use coffer_bus::Bus;
use coffer_consent::config::{ConnectionSettings, Settings};
use coffer_consent::seed;
use coffer_consent::service::Consent;
use coffer_demo::{Case, DemoPatient, DemoUser};
use coffer_proto::common::v1::Caller;
use coffer_proto::consent::v1::patient_key::Key;
use coffer_proto::consent::v1::{
    ContactRequestDetail, ContactRequestsSubmitted, GetContactRequest, PatientKey, SubmitContactRequests,
};
use coffer_runtime::{ChassisSettings, Context, Environment, Service};
use coffer_store::DatabaseSettings;
use coffer_testkit::{TestBroker, TestDatabase};
use coffer_types::{Clock, StudyId, SystemClock};
use sqlx::PgPool;

/// The running service and all that it stands on.
pub(crate) struct World {
    pub(crate) bus: Bus,
    pub(crate) pool: PgPool,
    pub(crate) settings: Settings,
    pub(crate) context: Context,
    pub(crate) today: NaiveDate,
    _databases: [TestDatabase; 3],
    _broker: TestBroker,
}

impl World {
    /// Starts the service with the demo's data.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts the service with the demo's data and changed settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let databases = [
            coffer_testkit::database().await,
            coffer_testkit::database().await,
            coffer_testkit::database().await,
        ];
        let [own, clinical, identities] = &databases;
        let today = SystemClock.now().date_naive();
        execute(&clinical.url, coffer_demo::clinical_source_sql(today)).await;
        execute(&identities.url, coffer_demo::identity_map_sql(today)).await;

        let broker = coffer_testkit::broker();
        let mut settings = Settings {
            chassis: ChassisSettings { environment: Environment::Test, ..ChassisSettings::default() },
            database: DatabaseSettings { url: own.url.as_str().into(), ..DatabaseSettings::default() },
            clinical_source: foreign(&clinical.url),
            identity_map: foreign(&identities.url),
            ..Settings::default()
        };
        settings.bus.url.clone_from(&broker.url);
        settings.bus.namespace.clone_from(&broker.namespace);
        settings.bus.ask_timeout_ms = 15_000; // a machine full of tests answers late, but it answers
        change(&mut settings);

        let context = Context::for_test(Arc::new(SystemClock));
        Consent::setup(&settings, &context).await.expect("setup");
        seed::demo(settings.clone(), &context).await.expect("seed");
        Consent::start(settings.clone(), context.clone()).await.expect("start");
        let bus = Bus::connect(&settings.bus, "gateway", &context).await.expect("a connection to the broker");
        let pool = PgPool::connect(&own.url).await.expect("a connection to the database");
        Self { bus, pool, settings, context, today, _databases: databases, _broker: broker }
    }

    /// The demo's patient of a case.
    pub(crate) fn patient(&self, case: Case) -> DemoPatient {
        coffer_demo::patient(case, self.today).expect("a demo patient of each case")
    }

    /// A demo study by its number.
    pub(crate) fn study(&self, number: u32) -> StudyId {
        let studies = coffer_demo::studies(self.today);
        studies.iter().find(|study| study.number == number).expect("a demo study").id
    }

    /// A submission by a demo user, by research ids.
    pub(crate) fn submission(&self, username: &str, study: u32, rids: &[&str]) -> SubmitContactRequests {
        SubmitContactRequests {
            caller: Some(caller(username)),
            study_id: self.study(study).to_string(),
            direct_approach: true,
            patients: rids.iter().map(|rid| key(Key::Rid((*rid).to_owned()))).collect(),
            idempotency_key: String::new(),
            certificate_id: String::new(),
        }
    }

    /// Submits, and expects to be accepted.
    pub(crate) async fn submit(&self, submission: &SubmitContactRequests) -> ContactRequestsSubmitted {
        self.bus.ask(submission).await.expect("an accepted submission")
    }

    /// Waits until a request has left the state `submitted`, and tells how the RDBM sees it.
    pub(crate) async fn decided(&self, id: &str) -> ContactRequestDetail {
        self.until(id, |detail| detail.contact_request.as_ref().is_some_and(|it| it.status != "submitted"))
            .await
    }

    /// Waits until a request is as wanted, and tells how the RDBM sees it.
    pub(crate) async fn until(
        &self,
        id: &str,
        wanted: impl Fn(&ContactRequestDetail) -> bool,
    ) -> ContactRequestDetail {
        for _ in 0..600 {
            let detail = self.seen_by("rdbm", id).await;
            if wanted(&detail) {
                return detail;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the request did not become what was wanted");
    }

    /// A request as a demo user sees it.
    pub(crate) async fn seen_by(&self, username: &str, id: &str) -> ContactRequestDetail {
        let question = GetContactRequest { caller: Some(caller(username)), id: id.to_owned() };
        self.bus.ask(&question).await.expect("an answer")
    }
}

/// A demo user as the gateway names them.
pub(crate) fn caller(username: &str) -> Caller {
    let user: DemoUser = coffer_demo::user(username).expect("a demo user");
    Caller {
        user_id: user.id.to_string(),
        roles: user.roles.iter().map(ToString::to_string).collect(),
        name: user.name,
        email: user.email.to_owned(),
    }
}

/// A patient key of a submission.
pub(crate) fn key(key: Key) -> PatientKey {
    PatientKey { key: Some(key) }
}

/// A connection to one of the foreign databases.
pub(crate) fn foreign(url: &str) -> ConnectionSettings {
    ConnectionSettings { url: url.into(), ..ConnectionSettings::default() }
}

async fn execute(url: &str, sql: String) {
    let pool = PgPool::connect(url).await.expect("a connection");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.expect("the demo's SQL");
    pool.close().await;
}

/// The address of the lead researcher of study 101.
pub(crate) fn lead_researcher() -> &'static str {
    coffer_demo::user("researcher").expect("a demo user").email
}
