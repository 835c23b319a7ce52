//! Asking a clinician: the token exists only in the e-mail's link; the question knows its hash.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_types::EmailAddress;
use rand::RngCore as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::faults::Fault;
use crate::app::App;
use crate::domain::answer::Involvement;
use crate::domain::clinician::Clinician;
use crate::domain::patient::Patient;
use crate::domain::study::Study;
use crate::domain::token::Token;
use crate::mails::{
    Asked, ComposedMail, Confirmation, House, IdentifiedPatient, Question, Reminder, compose, request_code,
};
use crate::store::contact_requests::RequestRow;
use crate::store::mails::{self, About, Recipient};
use crate::store::questions::{self, NewQuestion};
use crate::store::timers::{self, OpenQuestion};

/// Whom to ask about which request.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The request.
    pub request: &'a RequestRow,
    /// Its study.
    pub study: &'a Study,
    /// The patient, as looked up.
    pub patient: &'a Patient,
    /// The clinician.
    pub clinician: &'a Clinician,
    /// The clinician's checked address.
    pub email: &'a EmailAddress,
}

/// Asks a clinician for the first time. A question that is still open to somebody else ends.
pub async fn ask(
    app: &App,
    tx: &mut PgConnection,
    asking: Asking<'_>,
    involvement: Involvement,
) -> Result<(), Fault> {
    let process = &app.settings.process;
    let link = Link::new(app, app.now() + TimeDelta::days(process.question_expiry_days.into()));
    let words = Words::new(app, &asking);
    let identified = process.identify_in_mail.then(|| identified(asking.patient));
    let (trial, pence) = (asking.study.clinical_trial, process.charity_pence);
    let mail = compose(&Question::new(words.asked(&asking, &link), involvement, trial, pence, identified))?;
    send(app, tx, &asking, &link, mail).await?;
    Ok(())
}

/// Reminds of an open question by a new link; the one before ends. Afterwards `reminders` count as sent.
pub async fn remind(
    app: &App,
    tx: &mut PgConnection,
    asking: Asking<'_>,
    open: &OpenQuestion,
    reminders: usize,
) -> Result<(), Fault> {
    let link = Link::new(app, open.expires_at);
    let words = Words::new(app, &asking);
    let mail = compose(&Reminder::new(words.asked(&asking, &link), open.since.date_naive()))?;
    let question = send(app, tx, &asking, &link, mail).await?;
    timers::go_on(tx, open.id, question, reminders).await?;
    Ok(())
}

/// Confirms to a clinician what they asked for themselves, with a link to the pack. Returns the question that
/// the link leads to.
pub async fn confirm(
    app: &App,
    tx: &mut PgConnection,
    asking: Asking<'_>,
    by_rdbm: bool,
) -> Result<Uuid, Fault> {
    let days = app.settings.process.question_expiry_days;
    let link = Link::new(app, app.now() + TimeDelta::days(days.into()));
    let words = Words::new(app, &asking);
    let mail = compose(&Confirmation::new(words.asked(&asking, &link), by_rdbm))?;
    send(app, tx, &asking, &link, mail).await
}

/// A link that nobody else can make, and its end.
struct Link {
    token: Token,
    address: String,
    expires_at: DateTime<Utc>,
}

impl Link {
    fn new(app: &App, expires_at: DateTime<Utc>) -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let token = Token::from_random(bytes);
        let base = app.settings.process.public_url.trim_end_matches('/');
        let address = format!("{base}/answer/{}", token.to_text());
        Self { token, address, expires_at }
    }
}

/// What the words of both e-mails borrow from.
struct Words {
    house: House,
    clinician: String,
    researcher: String,
    code: String,
}

impl Words {
    fn new(app: &App, asking: &Asking<'_>) -> Self {
        Self {
            house: app.mail_house(),
            clinician: asking.clinician.name(),
            researcher: asking.study.lead_researcher(),
            code: request_code(asking.request.id),
        }
    }

    fn asked<'a>(&'a self, asking: &Asking<'a>, link: &'a Link) -> Asked<'a> {
        Asked {
            house: &self.house,
            clinician: &self.clinician,
            researcher: &self.researcher,
            study: &asking.study.title,
            code: &self.code,
            link: &link.address,
            until: link.expires_at.date_naive(),
        }
    }
}

fn identified(patient: &Patient) -> IdentifiedPatient {
    IdentifiedPatient {
        name: patient.name(),
        born_on: patient.born_on.map(|day| day.format("%-d %b %Y").to_string()).unwrap_or_default(),
        nhs_number: patient.nhs_number.grouped(),
    }
}

/// Sends the e-mail and opens the question that its link leads to.
async fn send(
    app: &App,
    tx: &mut PgConnection,
    asking: &Asking<'_>,
    link: &Link,
    mail: ComposedMail,
) -> Result<Uuid, Fault> {
    let request = Some(asking.request.id);
    let mut command = mail.to(asking.email, &asking.clinician.name(), request);
    command.not_after = Some(coffer_proto::timestamp(link.expires_at));
    let about = About { recipient: Recipient::Clinician, contact_request: request, letter: None };
    let email = mails::send(tx, &app.outbox, &command, about, app.now()).await?;
    let token_hash = link.token.hash();
    let question = NewQuestion {
        contact_request: asking.request.id,
        token_hash: token_hash.as_bytes(),
        recipient: asking.clinician,
        email,
        expires_at: link.expires_at,
    };
    Ok(questions::ask(tx, &app.keyring, &question, app.now()).await?)
}
