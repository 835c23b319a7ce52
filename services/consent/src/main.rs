//! Consent to contact: rules, answers, letters.
fn main() {}
