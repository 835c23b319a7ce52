//! Between HTTP and the handlers: layers, errors, assets, cookies, forms, live parts of pages.

pub mod assets;
mod cookies;
mod errors;
pub mod export;
mod form;
mod headers;
mod id;
mod layers;
pub mod live;
mod patient_address;
mod run_notices;

pub use cookies::Cookies;
pub use errors::{PageError, Problem, wants_events};
pub use form::FormErrors;
pub use id::Id;
pub use layers::apply;
pub use patient_address::PatientAddress;
pub use run_notices::run_notices;
