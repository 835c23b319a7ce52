//! Leases and fences in the real database, step by step.

use crate::support::{Shelf, command};
use chrono::TimeDelta;
use coffer_mailer::domain::custody::CustodyError;
use coffer_mailer::domain::email::Email;
use coffer_mailer::domain::reply::Reply;
use coffer_mailer::domain::state::State;
use coffer_mailer::domain::verdict::{Outcome, Verdict};
use coffer_mailer::store::StoreError;

const LEASE: TimeDelta = TimeDelta::seconds(60);

fn sent() -> Verdict {
    Verdict { outcome: Outcome::Sent, detail: Reply::new(250, "queued").to_string(), reply_class: "2xx" }
}

async fn accepted(shelf: &Shelf) -> Email {
    let email = Email::try_from(command()).unwrap();
    let mut tx = shelf.pool.begin().await.unwrap();
    shelf.emails.accept(&mut tx, &email, None).await.unwrap();
    tx.commit().await.unwrap();
    email
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_overslept_cannot_hand_over_nor_report() {
    let shelf = Shelf::new().await;
    accepted(&shelf).await;
    let first = shelf.emails.claim(LEASE).await.unwrap().unwrap();
    assert!(shelf.emails.claim(LEASE).await.unwrap().is_none());
    shelf.clock.advance(LEASE);
    let late = shelf.emails.hand_over(&first, LEASE, "<id@x.example>", None).await;
    assert!(matches!(late, Err(StoreError::Custody(CustodyError::LeaseLost))));
    assert_eq!(shelf.emails.sweep().await.unwrap(), 0);
    let second = shelf.emails.claim(LEASE).await.unwrap().unwrap();
    shelf.emails.hand_over(&second, LEASE, "<id@x.example>", None).await.unwrap();
    for verdict in [sent(), Verdict { outcome: Outcome::Refused { reason: "smtp_550".into() }, ..sent() }] {
        let late = shelf.emails.conclude(&first, &verdict).await;
        assert!(matches!(late, Err(StoreError::Custody(CustodyError::LeaseLost))));
    }
    shelf.emails.conclude(&second, &sent()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vanished_worker_leaves_doubt_once() {
    let shelf = Shelf::new().await;
    let email = accepted(&shelf).await;
    let claim = shelf.emails.claim(LEASE).await.unwrap().unwrap();
    shelf.emails.hand_over(&claim, LEASE, "<id@x.example>", None).await.unwrap();
    assert_eq!(shelf.emails.sweep().await.unwrap(), 0);
    shelf.clock.advance(LEASE);
    assert_eq!(shelf.emails.sweep().await.unwrap(), 1);
    assert_eq!(shelf.emails.sweep().await.unwrap(), 0);
    assert!(shelf.emails.claim(LEASE).await.unwrap().is_none());
    let (summary, attempts) = shelf.emails.get(email.origin.id).await.unwrap();
    assert_eq!(summary.row.state, State::Doubtful.as_str());
    assert_eq!(attempts.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_waiting_email_comes_first_and_workers_share_without_waiting() {
    let shelf = Shelf::new().await;
    let first = accepted(&shelf).await;
    shelf.clock.advance(TimeDelta::seconds(1));
    let second = accepted(&shelf).await;
    let (one, two) = tokio::join!(shelf.emails.claim(LEASE), shelf.emails.claim(LEASE));
    let mut claimed = [one.unwrap().unwrap().origin.id, two.unwrap().unwrap().origin.id];
    claimed.sort();
    assert_eq!(claimed, [first.origin.id, second.origin.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipient_and_words_are_sealed_and_attempts_stay() {
    let shelf = Shelf::new().await;
    let email = accepted(&shelf).await;
    let stored: Vec<u8> =
        sqlx::query_scalar("select envelope || content from email").fetch_one(&shelf.pool).await.unwrap();
    let stored = String::from_utf8_lossy(&stored);
    for plain in ["jo.doe", "Contact approved", "a long line"] {
        assert!(!stored.contains(plain), "{plain}");
    }
    let claim = shelf.emails.claim(LEASE).await.unwrap().unwrap();
    let (envelope, content) = shelf.emails.open(&claim).unwrap();
    assert_eq!((envelope, content), (email.envelope, email.content));
    shelf.emails.hand_over(&claim, LEASE, "<id@x.example>", None).await.unwrap();
    shelf.emails.conclude(&claim, &sent()).await.unwrap();
    for statement in
        ["update email_attempt set detail = ''", "delete from email_attempt", "truncate email_attempt"]
    {
        let error = sqlx::query(statement).execute(&shelf.pool).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}
