//! Marks terms in text: any number of them, in time that grows with the text and not with the terms.
//!
//! Each byte of the text belongs to the first highlight in the list that covers it; a mark is the longest
//! run of bytes that belong to one highlight. So where highlights overlap the earlier one wins, and what is
//! left of the later one stays marked. Case is ignored, in regular expressions too (`(?-i)` makes it count).

mod expressions;
mod paint;
mod plain;

use thiserror::Error;

use expressions::Expressions;
use plain::PlainTerms;

/// Longer patterns are no terms to look for.
pub(crate) const LONGEST_PATTERN: usize = 500;
/// Characters of all patterns of a person together.
const LONGEST_TOGETHER: usize = 200_000;

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term<'a> {
    pub(crate) pattern: &'a str,
    /// Else every character means itself.
    pub(crate) is_regex: bool,
}

/// A part of a text, in bytes, and the number of the term that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) term: usize,
}

/// Why a pattern cannot be used; a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PatternProblem {
    #[error("A highlight needs a text to look for.")]
    Empty,
    #[error("This is too long: a highlight has at most {LONGEST_PATTERN} characters.")]
    TooLong,
    #[error("This is not a regular expression: {0}.")]
    Syntax(String),
    #[error("This regular expression is too large. Repeat less, or write it more simply.")]
    TooLarge,
    #[error("Your active highlights are too large together. Switch some of them off first.")]
    TooLargeTogether,
}

/// Terms made ready to be looked for.
#[derive(Debug, Default)]
pub(crate) struct Highlighter {
    plain: PlainTerms,
    expressions: Expressions,
}

impl Term<'_> {
    /// Whether the pattern can be used by itself.
    pub(crate) fn check(&self) -> Result<(), PatternProblem> {
        if self.pattern.is_empty() {
            return Err(PatternProblem::Empty);
        }
        if self.pattern.chars().nth(LONGEST_PATTERN).is_some() {
            return Err(PatternProblem::TooLong);
        }
        if self.is_regex { expressions::check(self.pattern) } else { Ok(()) }
    }
}

impl Highlighter {
    /// Takes terms that passed their check, in their order: the earlier one wins.
    pub(crate) fn new(terms: &[Term<'_>]) -> Result<Self, PatternProblem> {
        if terms.iter().map(|term| term.pattern.len()).sum::<usize>() > LONGEST_TOGETHER {
            return Err(PatternProblem::TooLargeTogether);
        }
        let (expressions, plain): (Vec<_>, Vec<_>) =
            terms.iter().enumerate().partition(|(_, term)| term.is_regex);
        let patterns = |terms: Vec<(usize, &Term<'_>)>| -> Vec<(usize, String)> {
            terms.into_iter().map(|(number, term)| (number, term.pattern.to_owned())).collect()
        };
        Ok(Self {
            plain: PlainTerms::new(patterns(plain))?,
            expressions: Expressions::new(patterns(expressions))?,
        })
    }

    /// Bytes that it takes, roughly.
    pub(crate) fn memory(&self) -> usize {
        self.plain.memory() + self.expressions.memory()
    }

    /// The marks of a text, in order. `go_on` is asked at every finding; once it says no, the rest stays
    /// unmarked: finding all matches of some expressions takes longer than one pass.
    pub(crate) fn marks(&self, text: &str, go_on: &mut dyn FnMut() -> bool) -> Vec<Mark> {
        let mut found = Vec::new();
        self.plain.find(text, &mut found, go_on);
        self.expressions.find(text, &mut found, go_on);
        paint::paint(found)
    }
}

#[cfg(test)]
mod tests;
