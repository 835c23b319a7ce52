//! Sends each e-mail once by SMTP.
