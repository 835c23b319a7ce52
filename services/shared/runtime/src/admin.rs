//! The admin port, for the platform and never for people:
//!
//! `/livez` the process works · `/startupz` it has started · `/readyz` each part, named · `/metrics`.
//!
//! It has a thread and runtime of its own, so that it can still answer when the service's runtime is stuck.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};

use crate::Context;
use crate::telemetry::Telemetry;
use crate::watchdog::Watchdog;

/// How long the service's runtime may take to answer for its parts.
const PATIENCE: Duration = Duration::from_secs(3);
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct Admin {
    context: Context,
    telemetry: Telemetry,
    watchdog: Watchdog,
    /// The service's runtime: its parts (pools, clients) are asked where they live.
    service: Handle,
}

/// Binds the port and answers from a thread of its own; returns the address.
pub(crate) fn serve(
    listen: SocketAddr,
    context: &Context,
    telemetry: &Telemetry,
) -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind(listen)
        .with_context(|| format!("the admin port {listen} cannot be opened"))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let admin = Admin {
        context: context.clone(),
        telemetry: telemetry.clone(),
        watchdog: Watchdog::start(),
        service: Handle::current(),
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("admin".to_owned()).spawn(move || {
        let served = runtime.block_on(async move {
            let listener = TcpListener::from_std(listener)?;
            axum::serve(listener, routes(admin)).await
        });
        if let Err(error) = served {
            tracing::error!(%error, "the admin port failed");
        }
    })?;
    Ok(address)
}

fn routes(admin: Admin) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/startupz", get(startupz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(admin)
}

async fn livez(State(admin): State<Admin>) -> Response {
    answer(!admin.watchdog.is_stuck(), json!({ "live": !admin.watchdog.is_stuck() }))
}

async fn startupz(State(admin): State<Admin>) -> Response {
    let started = admin.context.health.has_started();
    answer(started, json!({ "started": started }))
}

async fn readyz(State(admin): State<Admin>) -> Response {
    let (health, draining) = (admin.context.health.clone(), admin.context.shutdown.has_started());
    let started = health.has_started();
    let asked = admin.service.spawn(async move { health.report().await });
    let Ok(Ok(report)) = tokio::time::timeout(PATIENCE, asked).await else {
        return answer(false, json!({ "ready": false, "problem": "the service does not answer" }));
    };
    let ready = started && !draining && report.is_well();
    answer(ready, json!({ "ready": ready, "started": started, "draining": draining, "parts": report.parts }))
}

async fn metrics(State(admin): State<Admin>) -> Response {
    match admin.telemetry.metrics() {
        Ok(text) => ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn answer(well: bool, body: serde_json::Value) -> Response {
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}
