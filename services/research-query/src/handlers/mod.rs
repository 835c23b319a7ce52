//! Questions from the bus: decode, ask the domain, answer.

pub(crate) mod schema;
