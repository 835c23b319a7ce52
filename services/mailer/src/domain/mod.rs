//! The rules of sending once, without I/O: who holds an e-mail, what a reply means, when to try again,
//! how a message looks. Time and chance are parameters.

pub mod custody;
pub mod email;
pub mod message;
pub mod reply;
pub mod retry;
pub mod safety_catch;
pub mod state;
pub mod verdict;
