//! Starts the mailer.

fn main() {}
