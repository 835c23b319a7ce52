//! The text of a cell in pieces: marked and plain, shown at once and folded away.

use coffer_proto::query::v1::Mark;

/// A part of a text that is marked as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// The number of the highlight that marks it.
    pub highlight: Option<usize>,
}

/// A text with the part that is shown at first and the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    /// Shown.
    pub first: Vec<Piece>,
    /// Shown on demand; empty where all is shown.
    pub rest: Vec<Piece>,
}

/// Cuts a text at its marks. A mark that does not fit the text is left out.
pub fn pieces(text: &str, marks: &[Mark]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut done = 0;
    for mark in marks {
        let (start, end) = (mark.start as usize, mark.end as usize);
        let (Some(before), Some(marked)) = (text.get(done..start), text.get(start..end)) else { continue };
        push(&mut pieces, before, None);
        push(&mut pieces, marked, Some(mark.highlight as usize));
        done = end;
    }
    push(&mut pieces, text.get(done..).unwrap_or_default(), None);
    pieces
}

/// Folds a text that is longer than so many characters or lines; 0: never.
pub fn fold(pieces: Vec<Piece>, characters: u32, lines: u32) -> Folded {
    let Some(place) = fold_place(&pieces, characters as usize, lines as usize) else {
        return Folded { first: pieces, rest: Vec::new() };
    };
    let (mut folded, mut left) = (Folded::default(), place);
    for piece in pieces {
        let (first, rest) = piece.text.split_at_checked(left).unwrap_or((&piece.text, ""));
        left = left.saturating_sub(piece.text.len());
        push(&mut folded.first, first, piece.highlight);
        push(&mut folded.rest, rest, piece.highlight);
    }
    folded
}

/// How many characters the pieces have together.
pub fn characters(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.text.chars().count()).sum()
}

/// The byte at which the shown part ends, if something is to be folded.
fn fold_place(pieces: &[Piece], characters: usize, lines: usize) -> Option<usize> {
    let letters = || pieces.iter().flat_map(|piece| piece.text.chars());
    let start_of = |count: usize| letters().take(count).map(char::len_utf8).sum::<usize>();
    let by_length = (characters > 0 && letters().nth(characters).is_some()).then(|| start_of(characters));
    let breaks = letters().enumerate().filter(|(_, letter)| *letter == '\n').map(|(place, _)| place);
    let by_lines = (lines > 0).then(|| breaks.clone().nth(lines - 1)).flatten();
    // A line break at the very end begins no line.
    let by_lines = by_lines.filter(|place| letters().nth(place + 1).is_some()).map(start_of);
    by_length.into_iter().chain(by_lines).min()
}

fn push(pieces: &mut Vec<Piece>, text: &str, highlight: Option<usize>) {
    if !text.is_empty() {
        pieces.push(Piece { text: text.to_owned(), highlight });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: u32, end: u32, highlight: u32) -> Mark {
        Mark { start, end, highlight }
    }

    fn shown(pieces: &[Piece]) -> Vec<(&str, Option<usize>)> {
        pieces.iter().map(|piece| (piece.text.as_str(), piece.highlight)).collect()
    }

    #[test]
    fn marks_cut_the_text_and_nothing_is_lost() {
        let text = "low & tearf\u{fc}l, 'no' sleep";
        let cut = pieces(text, &[mark(0, 15, 1), mark(21, 26, 0)]);
        let expected = [("low & tearf\u{fc}l,", Some(1)), (" 'no' ", None), ("sleep", Some(0))];
        assert_eq!(shown(&cut), expected);
        assert_eq!(shown(&pieces("plain", &[])), [("plain", None)]);
        assert!(pieces("", &[]).is_empty());
    }

    #[test]
    fn a_mark_that_does_not_fit_is_left_out() {
        let text = "\u{fc}ber";
        for wrong in [mark(1, 2, 0), mark(3, 99, 0), mark(4, 2, 0)] {
            assert_eq!(shown(&pieces(text, &[wrong])), [(text, None)], "{wrong:?}");
        }
        assert_eq!(shown(&pieces("abc", &[mark(0, 2, 0), mark(1, 3, 1)])), [("ab", Some(0)), ("c", None)]);
    }

    #[test]
    fn long_text_is_folded_by_characters_within_a_mark_too() {
        let folded = fold(pieces("\u{fc}\u{fc}marked end", &[mark(4, 10, 0)]), 5, 0);
        assert_eq!(shown(&folded.first), [("\u{fc}\u{fc}", None), ("mar", Some(0))]);
        assert_eq!(shown(&folded.rest), [("ked", Some(0)), (" end", None)]);
        assert_eq!(characters(&folded.rest), 7);
    }

    #[test]
    fn what_fits_is_not_folded() {
        for (text, characters, lines) in
            [("12345", 5, 0), ("123456", 0, 0), ("a\nb", 0, 2), ("a\nb\n", 0, 2), ("", 1, 1)]
        {
            assert!(fold(pieces(text, &[]), characters, lines).rest.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn lines_fold_before_the_break_that_is_too_many() {
        let folded = fold(pieces("a\nb\nc", &[]), 0, 2);
        assert_eq!((shown(&folded.first), shown(&folded.rest)), (vec![("a\nb", None)], vec![("\nc", None)]));
        let folded = fold(pieces("a\nbcdefg", &[]), 4, 1);
        assert_eq!(shown(&folded.first), [("a", None)]);
    }
}
