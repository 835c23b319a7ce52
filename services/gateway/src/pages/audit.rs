//! The audit trail: who did what to which object, and whether the trail is whole.

use askama::Template;
use axum::extract::{Query, State};
use chrono::NaiveDate;
use coffer_types::Role;
use serde::Deserialize;

use super::paging::{Paging, slice};
use super::{Answer, Layout, Shell, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::store::audit::{self, AuditRow, Search};

const READERS: [Role; 2] = [Role::Rdbm, Role::Admin];

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct AuditPage {
    layout: Layout,
    filter: Filter,
    actions: Vec<String>,
    entries: Vec<AuditRow>,
    total: u32,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "pages/audit_verified.html")]
struct VerifiedPage {
    layout: Layout,
    entries: u64,
    last: String,
    /// What is wrong, if anything.
    broken: Option<String>,
}

/// What the list shows; all of it stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    username: String,
    action: String,
    object: String,
    from: String,
    until: String,
    page: Option<u32>,
}

/// The trail, newest first.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    user.require(&READERS)?;
    let slice = slice(filter.page);
    let (entries, total) = audit::search(&app.pool, &filter.search(), slice.offset, slice.limit).await?;
    let kept = [
        ("username", &*filter.username),
        ("action", &*filter.action),
        ("object", &*filter.object),
        ("from", &*filter.from),
        ("until", &*filter.until),
    ];
    page(&AuditPage {
        layout: shell.layout("Audit trail"),
        actions: audit::actions(&app.pool).await?,
        entries,
        total,
        paging: Paging::new("/audit", &kept, slice, total),
        filter,
    })
}

/// Follows the whole chain, and says that somebody did.
pub async fn verify(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    user.require(&READERS)?;
    let verified = audit::verify(&app.pool).await?;
    app.audit(Some(user.id), "verify_audit", "").await?;
    let chain = verified.clone().unwrap_or_default();
    page(&VerifiedPage {
        layout: shell.layout("Audit trail checked"),
        entries: chain.entries.cast_unsigned(),
        last: hex::encode(chain.last),
        broken: verified.err().map(|broken| broken.to_string()),
    })
}

impl Filter {
    /// What cannot be read as a day is left out.
    fn search(&self) -> Search {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let day = |text: &str| text.trim().parse::<NaiveDate>().ok();
        Search {
            username: given(&self.username),
            action: given(&self.action),
            object: given(&self.object),
            from: day(&self.from),
            until: day(&self.until),
        }
    }
}
