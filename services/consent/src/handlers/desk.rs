//! The RDBM's desk: the work of today, as counts.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{Desk, GetDesk};
use coffer_types::Role;

use super::caller::Person;
use crate::app::App;
use crate::store::desk;

/// Answers [`GetDesk`].
pub async fn get(app: App, question: GetDesk) -> Result<Desk, Refusal> {
    Person::read(question.caller)?.must_be(Role::Rdbm)?;
    let mut tx = app.begin().await?;
    let row = desk::counts(&mut tx).await?;
    let count = |count: i64| u32::try_from(count).unwrap_or_default();
    Ok(Desk {
        letters_to_print: count(row.letters_to_print),
        letters_to_post: count(row.letters_to_post),
        answers_awaited: count(row.answers_awaited),
        questions_open: count(row.questions_open),
        emails_failed: count(row.emails_failed),
        possibly_serious: count(row.possibly_serious),
        blocked_yes: count(row.blocked_yes),
        unknown_patients: count(row.unknown_patients),
        charity_due_pence: u64::try_from(row.charity_due_pence).unwrap_or_default(),
    })
}
