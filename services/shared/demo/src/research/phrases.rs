//! The sentences of the notes, by section; they lie in `text/`.
//! `<one|other>` is a choice, `{word}` a slot that the writer fills.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::generator::Generator;

const TEXTS: [&str; 5] = [
    include_str!("../../text/moods.txt"),
    include_str!("../../text/minds.txt"),
    include_str!("../../text/contacts.txt"),
    include_str!("../../text/treatment.txt"),
    include_str!("../../text/papers.txt"),
];

static SECTIONS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut sections: HashMap<_, Vec<_>> = HashMap::new();
    for text in TEXTS {
        let mut section = "";
        for line in text.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix("# ") {
                Some(name) => section = name,
                None => sections.entry(section).or_default().push(line),
            }
        }
    }
    sections
});

/// So many different sentences of a section, in an order of their own.
pub(crate) fn choose(section: &str, count: usize, generator: &mut Generator) -> Vec<&'static str> {
    let sentences = SECTIONS.get(section).map_or(&[][..], Vec::as_slice);
    debug_assert!(!sentences.is_empty(), "there is no section {section}");
    let first = usize::try_from(generator.below(sentences.len() as u64)).unwrap_or_default();
    sentences.iter().cycle().skip(first).take(count.min(sentences.len())).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_hundreds_of_sentences_and_none_twice() {
        let mut all: Vec<_> = SECTIONS.values().flatten().collect();
        assert!(all.len() > 500, "{}", all.len());
        for sentence in &all {
            assert!(sentence.is_ascii(), "offsets count characters: {sentence}");
            assert_eq!(sentence.matches('<').count(), sentence.matches('>').count(), "{sentence}");
        }
        all.retain(|sentence| sentence.len() > 25);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
