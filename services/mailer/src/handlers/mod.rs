//! What comes in from the bus: commands to send, and questions about e-mails.

pub mod questions;
pub mod send;
