//! Contracts on the bus: protobuf messages, and the registry that gives each its subject and stream.
//! The `.proto` files stand in `proto/coffer/`; `cargo xtask gen` writes the Rust in `generated/`.

#[expect(
    missing_docs,
    clippy::pedantic,
    unreachable_pub,
    reason = "generated: the documentation stands in the contracts"
)]
mod generated;
mod registry;
mod time;

pub use generated::coffer::{common, consent, mailer, query};
pub use registry::{
    BusMessage, MESSAGES, MessageInfo, MessageKind, QUESTIONS, Question, QuestionInfo, Stream,
};
pub use time::{InvalidTimestamp, date, moment, parse_date, timestamp};
