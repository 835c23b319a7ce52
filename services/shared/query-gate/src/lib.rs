//! The gate in front of every execution: which SQL may run, and how its parameters are bound.
//!
//! A text becomes tokens, tokens become a tree, the tree is judged, and what is sent is the tree written anew:
//! comments and odd spellings never reach the database. `docs/operations/query-gate.md` says what is refused.

mod count;
mod denied;
mod dialect;
mod gate;
mod input;
mod judge;
mod nesting;
mod parameter;
mod parser_error;
mod placeholders;
mod refused;
mod schemas;
mod tables;
pub mod text_anywhere;
mod tokens;
mod tree;
mod words;

pub use denied::{Denied, DeniedKind, denied};
pub use dialect::{Dialect, Purpose, UnknownWord};
pub use gate::{Admitted, Gate};
pub use parameter::{InvalidParameter, Parameter, ParameterKind, Value};
pub use placeholders::parameter_names;
pub use refused::Refused;

#[cfg(any(test, feature = "testing"))]
mod escapes;
#[cfg(any(test, feature = "testing"))]
pub use escapes::{Escape, escapes};

#[cfg(test)]
mod research_queries;
