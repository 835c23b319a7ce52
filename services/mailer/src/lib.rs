//! Coffer's mailer: takes commands to send from the bus, sends each e-mail once by SMTP, tries again by
//! reply class, and reports what became of it. It knows transport, never what a consent mode is.

pub mod domain;
