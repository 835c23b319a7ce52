//! A site for one test, a browser to visit it, and the services behind it.

mod browser;
mod fake;
mod research;
pub(crate) mod research_samples;
pub(crate) mod run_samples;
mod runs;
pub(crate) mod samples;
mod visitor;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::connect_info::MockConnectInfo;
use chrono::{DateTime, Utc};
use coffer_gateway::auth::{Passwords, SecretToken};
use coffer_gateway::config::Settings;
use coffer_gateway::store::{sessions, users};
use coffer_gateway::{App, Gateway, routes};
use coffer_runtime::{Context, Secret, Service as _};
use coffer_testkit::{TestBroker, TestDatabase};
use coffer_types::{FixedClock, Role, UserId};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) use browser::{Browser, Page};
pub(crate) use fake::Asked;
pub(crate) use visitor::Visitor;

/// The password of every user here.
pub(crate) const PASSWORD: &str = "a long enough password";

/// A site with nothing but its users.
pub(crate) struct Site {
    pub(crate) router: Router,
    pub(crate) pool: PgPool,
    pub(crate) clock: FixedClock,
    pub(crate) asked: Asked,
    pub(crate) context: Context,
    pub(crate) settings: Settings,
    _database: TestDatabase,
    _broker: TestBroker,
}

impl Site {
    /// A site whose services answer with the samples.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same, with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let site = Self::without_services(change).await;
        site.serve().await;
        site
    }

    /// A site that nobody answers.
    pub(crate) async fn without_services(change: impl FnOnce(&mut Settings)) -> Self {
        let database = coffer_testkit::database().await;
        let broker = coffer_testkit::broker();
        let mut settings = Settings::default();
        settings.database.url = Secret::from(database.url.clone());
        settings.bus.url.clone_from(&broker.url);
        settings.bus.namespace.clone_from(&broker.namespace);
        change(&mut settings);
        let clock = FixedClock::at(now());
        let context = Context::for_test(Arc::new(clock.clone()));
        Gateway::setup(&settings, &context).await.unwrap();
        let app = App::connect(settings.clone(), &context).await.unwrap();
        let pool = app.pool.clone();
        add_users(&pool).await;
        let bus = app.bus.clone();
        let router =
            routes::router(app).unwrap().layer(MockConnectInfo(SocketAddr::from(([192, 0, 2, 7], 4711))));
        let asked = Asked::new(bus, &broker);
        Self { router, pool, clock, asked, context, settings, _database: database, _broker: broker }
    }

    /// Lets consent, mailer and research-query answer.
    pub(crate) async fn serve(&self) {
        self.asked.serve(&self.context).await;
        self.asked.serve_runs(&self.context).await;
        self.asked.serve_research(&self.context).await;
    }

    /// A browser that has not been here.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// A browser with a session of this role's user.
    pub(crate) async fn browser_of(&self, role: Role) -> Browser {
        let token = SecretToken::generate();
        sessions::start(&self.pool, &token.hash(), user_id(role), "Firefox", now()).await.unwrap();
        let mut browser = self.browser();
        browser.cookies.insert("coffer".to_owned(), token.expose().to_owned());
        browser
    }

    /// The actions of the audit trail, in order.
    pub(crate) async fn audited(&self) -> Vec<String> {
        sqlx::query_scalar("select action from audit_entries order by number")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }
}

/// When every test begins: a summer afternoon, so that British time shows.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-07-01T12:05:00Z".parse().unwrap()
}

/// The user who has this role alone; their username is the role's name.
pub(crate) fn user_id(role: Role) -> UserId {
    UserId::from_uuid(Uuid::from_u128(role as u128 + 1))
}

async fn add_users(pool: &PgPool) {
    let password_hash = Passwords::hash(PASSWORD).unwrap();
    let mut connection = pool.acquire().await.unwrap();
    for role in Role::ALL {
        let user = users::NewUser {
            id: user_id(role),
            username: role.as_str(),
            name: &format!("Dr {role}"),
            email: &format!("{role}@nhs.example"),
            password_hash: &password_hash,
            roles: &[role],
        };
        users::put(&mut connection, &user, now()).await.unwrap();
    }
}
