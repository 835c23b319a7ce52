//! Makes any text printable: what no font can show, or what would disturb the text around it, is replaced.

use typst::text::Coverage;

/// What stands for a character that cannot be printed.
const REPLACEMENT: char = '\u{25a1}';
/// Lets a line break where a text has no spaces for long.
const ZERO_WIDTH_SPACE: char = '\u{200b}';
/// So many characters without a space are left alone: e-mail addresses stay whole.
const LONGEST_WORD: usize = 40;

/// The text as it can be printed.
pub(crate) fn legible(text: &str, printable: &Coverage) -> String {
    let mut result = String::with_capacity(text.len());
    let mut word = 0;
    for character in text.chars().filter_map(|character| shown(character, printable)) {
        word = if character.is_whitespace() { 0 } else { word + 1 };
        if word > LONGEST_WORD {
            result.push(ZERO_WIDTH_SPACE);
            word = 1;
        }
        result.push(character);
    }
    result
}

/// What is printed for one character; nothing for those that only steer others.
fn shown(character: char, printable: &Coverage) -> Option<char> {
    match character {
        '\n' | ' ' => Some(character),
        _ if steers(character) => None,
        _ if character.is_whitespace() || character.is_control() => Some(' '),
        _ if is_private(character) || !printable.contains(character.into()) => Some(REPLACEMENT),
        _ => Some(character),
    }
}

/// Joiners, marks and overrides of direction, variation selectors: in a name they could turn the words around.
const fn steers(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Characters without a meaning of their own, which PDF/UA forbids.
const fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts;

    fn shown(text: &str) -> String {
        legible(text, &fonts::printable().unwrap())
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["Zoë O’Brien-Łuczak", "Αλέξανδρος", "Владимир", "محمد", "שרה"]
        {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn what_cannot_be_printed_is_marked() {
        assert_eq!(shown("Ada \u{1f9ec}\u{e001} 漢"), "Ada □□ □");
    }

    #[test]
    fn what_steers_is_left_out() {
        assert_eq!(shown("a\u{202e}b\u{0}c\td\u{200d}"), "ab c d");
    }

    #[test]
    fn a_long_word_may_break() {
        let long = "x".repeat(100);
        assert_eq!(shown(&long).split(ZERO_WIDTH_SPACE).map(str::len).collect::<Vec<_>>(), [40, 40, 20]);
        assert_eq!(
            shown("alexandra.featherstonehaugh@nhs.example"),
            "alexandra.featherstonehaugh@nhs.example"
        );
    }
}
