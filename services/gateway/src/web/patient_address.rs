//! A patient in an address: the NHS number, sealed for one user and half an hour.
//! Nothing is stored, and what stands in the browser's history is of no use to anybody.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use coffer_store::Place;
use coffer_types::NhsNumber;

use super::PageError;
use crate::app::App;
use crate::auth::CurrentUser;

const LIFE: TimeDelta = TimeDelta::minutes(30);

/// Seals and opens addresses.
pub struct PatientAddress;

impl PatientAddress {
    /// The part of an address that stands for the patient.
    pub fn seal(app: &App, user: &CurrentUser, number: NhsNumber) -> Result<String, PageError> {
        let until = (app.clock.now() + LIFE).timestamp();
        let plain = format!("{number} {until}");
        let sealed = app.keyring.seal(place(user), plain.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The patient that an address stands for; 404 for another user's, an old or a forged one.
    pub fn open(app: &App, user: &CurrentUser, address: &str) -> Result<NhsNumber, PageError> {
        let read = || {
            let sealed = URL_SAFE_NO_PAD.decode(address).ok()?;
            let plain = String::from_utf8(app.keyring.open(place(user), &sealed).ok()?).ok()?;
            let (number, until) = plain.split_once(' ')?;
            let lives = until.parse::<i64>().ok()? > app.clock.now().timestamp();
            number.parse().ok().filter(|_| lives)
        };
        read().ok_or(PageError::NotFound)
    }
}

/// Bound to the user: the same address is nobody else's.
fn place(user: &CurrentUser) -> Place<'static> {
    Place { table: "address", column: "nhs_number", row: user.id.as_uuid() }
}
