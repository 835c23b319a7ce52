//! The bus as services use it: facts and commands through JetStream, questions by request and reply.
//!
//! To publish is to write an outbox row; to consume is to write an inbox row. Both stand in the transaction of the
//! business change, which is what makes effects happen once whatever crashes (`docs/adr/0002`).

mod answers;
mod ask;
mod bucket;
mod bus;
mod consume;
mod delivery;
mod due;
mod envelope;
mod error;
mod file;
mod inbox;
mod metrics;
mod namespace;
mod outbox;
mod park;
mod parts;
mod publish;
mod pull;
mod relay;
mod settings;
mod settle;
mod topology;
mod trace;
mod watch;

pub use answers::Answers;
pub use ask::AskError;
pub use bucket::Bucket;
pub use bus::Bus;
pub use delivery::{Delivery, Handler, HandlerError};
pub use error::BusError;
pub use file::FileStream;
pub use outbox::Outbox;
pub use parts::{Gone, Parts};
pub use settings::BusSettings;
pub use topology::ConsumerSpec;
pub use watch::Notice;
