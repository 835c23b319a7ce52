//! What is wrong with a form.

use coffer_bus::AskError;
use coffer_proto::common::v1::refusal::Code;

use super::PageError;

/// What is wrong with a form, for the summary on top of it and beside the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<(String, String)>);

impl FormErrors {
    /// One thing wrong with one field.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds another.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push((field.to_owned(), sentence(&message.into())));
    }

    /// What another service found wrong with what was asked; other failures are not the form's.
    pub fn from_refusal(error: AskError) -> Result<Self, PageError> {
        match error {
            AskError::Refused(refusal) if matches!(refusal.code(), Code::Invalid | Code::Conflict) => {
                // `patients[3].rid` and `decision.signed_by_patient` are fields `patients` and `decision` here.
                let field = refusal.field.split(['[', '.']).next().unwrap_or_default();
                Ok(Self::new(field, refusal.message))
            }
            other => Err(other.into()),
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in order: field and message.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }

    /// What is wrong with one field.
    pub fn of(&self, field: impl AsRef<str>) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field.as_ref()).map(|(_, message)| message.as_str())
    }
}

impl<'a> FromIterator<(&'a str, String)> for FormErrors {
    fn from_iter<I: IntoIterator<Item = (&'a str, String)>>(wrong: I) -> Self {
        let mut errors = Self::default();
        for (field, message) in wrong {
            errors.add(field, message);
        }
        errors
    }
}

/// With a capital letter: the words of types begin small.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
