//! The audit trail: searched by those who may, checked as a whole, and broken by nobody unseen.

use coffer_runtime::Service as _;
use coffer_types::Role;

use crate::support::{Browser, Site};
use coffer_gateway::{AuditCommand, Command, Gateway};

/// A site whose RDBM has opened some letters' worth of pages.
async fn visited() -> (Site, Browser) {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    for _ in 0..3 {
        browser.post("/consent-modes", &[("nhs_number", crate::support::samples::NHS_NUMBER)]).await;
    }
    browser.post("/account/sign-out-everywhere", &[]).await;
    let browser = site.browser_of(Role::Admin).await;
    (site, browser)
}

async fn command(site: &Site) -> anyhow::Result<()> {
    let verify = Command::Audit(AuditCommand::Verify);
    Gateway::command(verify, site.settings.clone(), site.context.clone()).await
}

#[tokio::test]
async fn the_trail_is_searched_by_user_action_and_day() {
    let (_site, mut browser) = visited().await;
    let all = browser.get("/audit").await.main();
    assert!(all.contains("4 entries"), "{all}");
    let looked_up = browser.get("/audit?action=look_up_consent_mode&username=RDBM").await.main();
    assert!(looked_up.contains("3 entries"), "{looked_up}");
    for nothing in ["username=nobody", "from=2026-07-02", "until=2026-06-30", "object=none"] {
        let page = browser.get(&format!("/audit?{nothing}")).await.main();
        assert!(page.contains("Nothing in the trail"), "{nothing}: {page}");
    }
}

#[tokio::test]
async fn only_rdbm_and_admin_read_it() {
    let site = Site::start().await;
    for role in Role::ALL {
        let status = site.browser_of(role).await.get("/audit").await.status;
        assert_eq!(status.is_success(), matches!(role, Role::Rdbm | Role::Admin), "{role}");
    }
}

#[tokio::test]
async fn the_first_broken_link_is_named_by_page_and_command() {
    let (site, mut browser) = visited().await;
    assert!(browser.post("/audit/verify", &[]).await.main().contains("The audit trail is whole"));
    command(&site).await.unwrap();
    // Somebody with all rights on the database changes an entry.
    let tampering = "alter table audit_entries disable trigger all;
                     update audit_entries set object = 'other' where number = 2;
                     alter table audit_entries enable trigger all";
    sqlx::raw_sql(tampering).execute(&site.pool).await.unwrap();
    let page = browser.post("/audit/verify", &[]).await.main();
    assert!(page.contains("entry 2 is not what was written"), "{page}");
    let error = command(&site).await.unwrap_err().to_string();
    assert_eq!(error, "entry 2 is not what was written");
}
