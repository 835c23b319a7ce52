//! Consent to contact: rules, answers, letters.
