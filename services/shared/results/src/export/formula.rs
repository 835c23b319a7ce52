//! Text that a spreadsheet program would run as a formula.
//!
//! CSV and TSV say nothing of types, so that such programs take a text beginning with `=`, `+`, `-`, `@`, a tab or
//! a carriage return for a formula. Such texts (of text columns, and names of columns; never numbers) get an
//! apostrophe in front. To read them back: a text of one or more apostrophes followed by one of these characters
//! loses its first apostrophe; every other text is as it was.

/// Whether a text needs an apostrophe in front. One that has an apostrophe there already needs another one, or
/// reading back would take away its own.
#[inline]
pub(super) fn is_risky(text: &str) -> bool {
    match text.as_bytes() {
        [b'\'', ..] => starts_formula(text.trim_start_matches('\'')),
        _ => starts_formula(text),
    }
}

fn starts_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("=1+1", true)]
    #[case("+44", true)]
    #[case("-5", true)]
    #[case("@x", true)]
    #[case("\tx", true)]
    #[case("\rx", true)]
    #[case("'=1", true)]
    #[case("''=1", true)]
    #[case("'tis", false)]
    #[case("'", false)]
    #[case("", false)]
    #[case("a=1", false)]
    #[case(" =1", false)]
    fn only_formulas_are_risky(#[case] text: &str, #[case] risky: bool) {
        assert_eq!(is_risky(text), risky);
    }

    proptest! {
        #[test]
        fn what_was_changed_is_told_by_its_look(text in "['=a+]{0,6}") {
            let written = if is_risky(&text) { format!("'{text}") } else { text.clone() };
            let changed = written.starts_with('\'') && starts_formula(written.trim_start_matches('\''));
            let read = if changed { &written[1..] } else { &written };
            prop_assert_eq!(read, text);
        }
    }
}
