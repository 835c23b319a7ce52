//! Plain terms: every character means itself, only case is ignored. All terms are found in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{Mark, PatternProblem};

/// Inside the folded form of one character no finding may begin or end.
const INSIDE: u32 = u32::MAX;

/// Plain terms made ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct PlainTerms {
    automaton: Option<AhoCorasick>,
    /// The number of each pattern in the list of all terms.
    numbers: Vec<usize>,
}

impl PlainTerms {
    pub(super) fn new(terms: Vec<(usize, String)>) -> Result<Self, PatternProblem> {
        let (numbers, patterns): (Vec<_>, Vec<_>) = terms.into_iter().unzip();
        if patterns.is_empty() {
            return Ok(Self { automaton: None, numbers });
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.iter().map(|pattern| Folded::new(pattern).text))
            .map_err(|_| PatternProblem::TooLargeTogether)?;
        Ok(Self { automaton: Some(automaton), numbers })
    }

    pub(super) fn memory(&self) -> usize {
        self.automaton.as_ref().map_or(0, AhoCorasick::memory_usage)
    }

    /// Adds what is found, in no order.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Mark>, go_on: &mut dyn FnMut() -> bool) {
        let Some(automaton) = &self.automaton else { return };
        let folded = Folded::new(text);
        for finding in automaton.find_overlapping_iter(&folded.text) {
            if !go_on() {
                return;
            }
            let part = folded.origin(finding.start()).zip(folded.origin(finding.end()));
            let number = self.numbers.get(finding.pattern().as_usize());
            if let (Some((start, end)), Some(number)) = (part, number) {
                found.push(Mark { start, end, term: *number });
            }
        }
    }
}

/// A text without the difference of case, and where its bytes come from.
struct Folded {
    text: String,
    /// For each byte that begins a character its place in the text; none when the places are the same.
    origins: Option<Vec<u32>>,
}

impl Folded {
    /// By way of upper case, so that `ß` meets `SS` and every sigma the other ones.
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { text: text.to_ascii_lowercase(), origins: None };
        }
        let mut folded = String::with_capacity(text.len());
        let mut origins = Vec::with_capacity(text.len() + 1);
        for (place, character) in text.char_indices() {
            origins.push(u32::try_from(place).unwrap_or(INSIDE));
            folded.extend(character.to_uppercase().flat_map(char::to_lowercase));
            origins.resize(folded.len(), INSIDE);
        }
        origins.push(u32::try_from(text.len()).unwrap_or(INSIDE));
        Self { text: folded, origins: Some(origins) }
    }

    fn origin(&self, place: usize) -> Option<usize> {
        let Some(origins) = &self.origins else { return Some(place) };
        let origin = origins.get(place).copied().filter(|origin| *origin != INSIDE)?;
        usize::try_from(origin).ok()
    }
}
