//! Consent to contact: rules, answers, letters.

fn main() -> std::process::ExitCode {
    coffer_runtime::run::<coffer_consent::service::Consent>()
}
