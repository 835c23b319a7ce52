//! The mailer against real services: database, broker, mail servers that misbehave.

#[cfg(test)]
mod conversation;
#[cfg(test)]
mod custody;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tracing;
