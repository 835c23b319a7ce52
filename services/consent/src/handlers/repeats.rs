//! Submissions under an idempotency key: a repeated one gets the first answer again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coffer_proto::common::v1::Refusal;
use prost::Message;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::caller::Person;
use crate::app::App;
use crate::store::idempotency::{self, Known};
use crate::store::{Result as StoreResult, StoreError};

/// A submission that may be a repeated one.
pub(super) struct Repeatable<'a> {
    person: &'a Person,
    key: String,
    content: Vec<u8>,
}

impl<'a> Repeatable<'a> {
    /// A submission with its key, which is empty where none was sent. `question` holds neither caller nor key,
    /// so that the same content gives the same bytes.
    pub(super) fn new<Q: Message>(app: &App, person: &'a Person, key: String, question: &Q) -> Self {
        // Keyed: an NHS number among little else could be guessed from a plain hash.
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(question.encode_to_vec()));
        Self { person, key, content: app.keyring.blind_index("submission", &digest) }
    }

    /// The first answer, if this key was used before with the same content.
    pub(super) async fn first_answer<A: Message + Default>(
        &self,
        tx: &mut PgConnection,
        app: &App,
    ) -> Result<Option<A>, Refusal> {
        if self.key.is_empty() {
            return Ok(None);
        }
        match idempotency::take(tx, self.person.id, &self.key, &self.content, app.now()).await? {
            Known::New => Ok(None),
            Known::Answered(answer) => {
                let answer = A::decode(answer.as_slice());
                Ok(Some(answer.map_err(|_| StoreError::Unknown("idempotency_keys.answer"))?))
            }
            Known::OtherContent => Err(Refusal {
                field: "idempotency_key".to_owned(),
                ..Refusal::conflict("This idempotency key was used before with another content.")
            }),
        }
    }

    /// Keeps the answer for the next time, in the transaction that [`Self::first_answer`] took the key in.
    pub(super) async fn keep<A: Message>(&self, tx: &mut PgConnection, answer: &A) -> StoreResult<()> {
        if self.key.is_empty() {
            return Ok(());
        }
        idempotency::keep_answer(tx, self.person.id, &self.key, &answer.encode_to_vec()).await
    }
}
