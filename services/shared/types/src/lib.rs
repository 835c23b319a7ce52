//! Validated newtypes that every service speaks: parsed once at the edge, trusted afterwards.
//! No I/O here; with the feature `sqlx` the types are also column types.

mod clock;
mod email;
mod highlight_colour;
mod ids;
mod nhs_number;
mod research_id;
mod role;
#[cfg(feature = "sqlx")]
mod text_column;

pub use clock::{Clock, FixedClock, SystemClock};
pub use email::{EmailAddress, InvalidEmailAddress};
pub use highlight_colour::{HighlightColour, UnknownColour};
pub use ids::{
    ConsentModeId, ContactRequestId, EmailId, EventId, HighlightId, InvalidId, LeafletId, LetterId,
    PatientId, RunId, SavedQueryId, StandardQueryId, StudyId, UserId,
};
pub use nhs_number::{InvalidNhsNumber, NhsNumber};
pub use research_id::{InvalidResearchId, Mrid, Rid};
pub use role::{Role, UnknownRole};
