//! The RDBM's work of today: counts that lead to lists.

use askama::Template;
use axum::extract::State;
use coffer_proto::consent::v1::{Desk, GetDesk};
use coffer_types::Role;

use super::{Answer, Layout, Shell, format, page};
use crate::app::App;
use crate::auth::CurrentUser;

#[derive(Template)]
#[template(path = "pages/desk.html")]
struct DeskPage {
    layout: Layout,
    work: Vec<Work>,
    charity_due: String,
}

/// A pile of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// How much.
    pub count: u32,
    /// Of what.
    pub label: &'static str,
    /// Where to do it.
    pub href: &'static str,
}

/// The desk.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    user.require(&[Role::Rdbm])?;
    let desk = app.bus.ask(&GetDesk { caller: Some(user.caller()) }).await?;
    let charity_due = format::pounds(desk.charity_due_pence);
    page(&DeskPage { layout: shell.layout("Desk"), work: work(&desk), charity_due })
}

/// The piles that are not empty.
pub fn work(desk: &Desk) -> Vec<Work> {
    let piles = [
        (desk.possibly_serious, "possibly serious stops", "/contact-requests?status=stopped"),
        (desk.blocked_yes, "patients' yes blocked by a later decision", "/patient-answers"),
        (desk.letters_to_print, "letters to print", "/letters?state=to_print"),
        (desk.letters_to_post, "letters to post", "/letters?state=printed"),
        (desk.answers_awaited, "patients' answers awaited", "/patient-answers"),
        (desk.questions_open, "clinicians asked", "/contact-requests?status=clinician_asked"),
        (desk.emails_failed, "e-mails refused or doubtful", "/emails?state=refused"),
        (
            desk.unknown_patients,
            "patients not found in the clinical record",
            "/contact-requests?status=stopped",
        ),
    ];
    let piles = piles.into_iter().filter(|(count, ..)| *count > 0);
    piles.map(|(count, label, href)| Work { count, label, href }).collect()
}
