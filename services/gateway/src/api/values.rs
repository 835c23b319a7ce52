//! Values of the contracts in their JSON form.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;

/// A moment; none where the message has none.
pub(super) fn moment(at: Option<Timestamp>) -> Option<DateTime<Utc>> {
    coffer_proto::moment(&at?).ok()
}

/// A text; none where the message's is empty.
pub(super) fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
