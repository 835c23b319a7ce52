//! From a result to people: the research ids of chosen rows become a new contact request.

use axum::extract::{RawForm, State};
use axum::http::StatusCode;
use coffer_proto::query::v1::SelectPeople;
use coffer_types::{Role, RunId};
use url::form_urlencoded;

use super::result::address::Address;
use super::result::table_again;
use super::{Answer, Shell, new_contact_request, run};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::store::display_settings;
use crate::web::{FormErrors, Id, PageError};

/// Shows the form of a new contact request with the ids of the chosen rows, or of all rows of the view.
pub async fn select(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<RunId>,
    RawForm(form): RawForm,
) -> Answer {
    user.require(&[Role::Researcher, Role::Rdbm])?;
    let address = Address::read(id, std::str::from_utf8(&form).unwrap_or_default())?;
    let form = Selection::read(&form);
    if form.rows.is_empty() && !form.all {
        let errors = FormErrors::new("choose", "Choose at least one row, or ask for all of them");
        let run = run::get(&app, &user, id).await?;
        return table_again(&app, &user, &shell, run, address, errors).await;
    }
    let settings = display_settings::of(&app.pool, user.id).await?;
    let question = SelectPeople {
        caller: Some(user.caller()),
        run_id: id.to_string(),
        column: form.column,
        view: Some(address.view(settings.hide_empty)),
        rows: if form.all { Vec::new() } else { form.rows },
    };
    let people = app.ask_of_result(&question).await?;
    if people.ids.is_empty() {
        let sentence = "None of these rows has the research id of a patient.".to_owned();
        return Err(PageError::Refused(StatusCode::UNPROCESSABLE_ENTITY, sentence));
    }
    new_contact_request::of_people(&app, &user, &shell, people).await
}

/// What was chosen on the page of a result.
#[derive(Default)]
struct Selection {
    column: String,
    all: bool,
    rows: Vec<u64>,
}

impl Selection {
    fn read(form: &[u8]) -> Self {
        let mut selection = Self::default();
        for (key, value) in form_urlencoded::parse(form) {
            match &*key {
                "people" => selection.column = value.into_owned(),
                "which" => selection.all = value == "all",
                "row" => selection.rows.extend(value.parse::<u64>()),
                _ => {}
            }
        }
        selection
    }
}
