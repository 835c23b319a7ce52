//! Patients' ids, pasted into a text area: one a line, or separated by commas, semicolons or tabs.

use std::collections::HashSet;

use coffer_proto::consent::v1::PatientKey;
use coffer_proto::consent::v1::patient_key::Key;
use coffer_types::{Mrid, NhsNumber, Rid};

/// The most patients of one submission.
pub const LIMIT: usize = 1_000;

/// What kind of id was pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// Research id of one database.
    Rid,
    /// Master research id.
    Mrid,
    /// NHS number; RDBM alone.
    NhsNumber,
}

impl IdKind {
    /// All kinds with their words in forms.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Rid, "rid"), (Self::Mrid, "mrid"), (Self::NhsNumber, "nhs_number")];

    /// The kind that a form names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == word).map(|(kind, _)| kind)
    }

    fn key(self, text: &str) -> Result<Key, String> {
        match self {
            Self::Rid => text.parse::<Rid>().map(|id| Key::Rid(id.into())).map_err(|e| e.to_string()),
            Self::Mrid => text.parse::<Mrid>().map(|id| Key::Mrid(id.into())).map_err(|e| e.to_string()),
            Self::NhsNumber => {
                text.parse::<NhsNumber>().map(|id| Key::NhsNumber(id.into())).map_err(|e| e.to_string())
            }
        }
    }
}

/// An id with the line that it stood on.
#[derive(Debug, Clone, PartialEq)]
pub struct PastedId {
    /// From 1.
    pub line: usize,
    /// As pasted.
    pub text: String,
    /// As asked.
    pub key: PatientKey,
}

/// All that was pasted, each patient once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastedIds {
    /// In the order of the text.
    pub ids: Vec<PastedId>,
    /// How many stood there more than once.
    pub repeated: usize,
}

/// Reads the text, or says line by line what is wrong with it.
pub fn parse(kind: IdKind, text: &str) -> Result<PastedIds, Vec<String>> {
    let mut pasted = PastedIds::default();
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    for (index, line) in text.lines().enumerate() {
        for value in line.split([',', ';', '\t']).map(str::trim).filter(|value| !value.is_empty()) {
            let line = index + 1;
            match kind.key(value) {
                Err(reason) => {
                    problems.push(format!("Line {line}, \u{201c}{}\u{201d}: {reason}", shortened(value)));
                }
                Ok(key) if seen.insert(format!("{key:?}")) => {
                    pasted.ids.push(PastedId {
                        line,
                        text: value.to_owned(),
                        key: PatientKey { key: Some(key) },
                    });
                }
                Ok(_) => pasted.repeated += 1,
            }
        }
    }
    if problems.is_empty() {
        problems.extend(wrong_count(pasted.ids.len()));
    }
    if problems.is_empty() { Ok(pasted) } else { Err(problems) }
}

fn wrong_count(count: usize) -> Option<String> {
    match count {
        0 => Some("Enter the id of at least one patient".to_owned()),
        1..=LIMIT => None,
        _ => Some(format!("Enter at most {LIMIT} ids at a time; these are {count}")),
    }
}

fn shortened(value: &str) -> String {
    let mut short: String = value.chars().take(40).collect();
    if short.len() < value.len() {
        short.push('\u{2026}');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_commas_and_tabs_separate() {
        let pasted = parse(IdKind::Rid, "a1, b2\n\n c3;d4\te5\r\na1\n").unwrap();
        let texts: Vec<_> = pasted.ids.iter().map(|id| (id.line, id.text.as_str())).collect();
        assert_eq!(texts, [(1, "a1"), (1, "b2"), (3, "c3"), (3, "d4"), (3, "e5")]);
        assert_eq!(pasted.repeated, 1);
    }

    #[test]
    fn an_nhs_number_may_hold_spaces_and_counts_once() {
        let pasted = parse(IdKind::NhsNumber, "943 476 5919\n9434765919").unwrap();
        assert_eq!((pasted.ids.len(), pasted.repeated), (1, 1));
    }

    #[test]
    fn each_fault_names_its_line_and_value() {
        let problems = parse(IdKind::NhsNumber, "943 476 5919\n9434765918\nabc").unwrap_err();
        assert_eq!(
            problems,
            [
                "Line 2, \u{201c}9434765918\u{201d}: the check digit of this NHS number is wrong",
                "Line 3, \u{201c}abc\u{201d}: an NHS number has ten digits and does not start with 0",
            ]
        );
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert_eq!(parse(IdKind::Rid, " \n").unwrap_err(), ["Enter the id of at least one patient"]);
        let many: String = (0..10_000).map(|n| format!("r{n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(
            parse(IdKind::Rid, &many).unwrap_err(),
            ["Enter at most 1000 ids at a time; these are 10000"]
        );
    }
}
