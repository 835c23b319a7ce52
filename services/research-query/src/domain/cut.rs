//! Long text, cut for a page.

/// Cuts text after a number of characters; 0 leaves it whole. Tells whether something is missing.
pub(crate) fn after_characters(mut text: String, most: usize) -> (String, bool) {
    let end = if most == 0 { None } else { text.char_indices().nth(most) };
    match end {
        Some((end, _)) => {
            text.truncate(end);
            (text, true)
        }
        None => (text, false),
    }
}

/// Cuts text to a number of bytes or a little less, between two characters.
pub(crate) fn to_bytes(mut text: String, most: usize) -> (String, bool) {
    if text.len() <= most {
        return (text, false);
    }
    text.truncate(text.floor_char_boundary(most));
    (text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        let cut = |most| after_characters("äöü".to_owned(), most);
        assert_eq!(cut(0), ("äöü".to_owned(), false));
        assert_eq!(cut(2), ("äö".to_owned(), true));
        assert_eq!(cut(3), ("äöü".to_owned(), false));
    }

    #[test]
    fn bytes_are_counted_without_breaking_a_character() {
        let cut = |most| to_bytes("äöü".to_owned(), most);
        assert_eq!(cut(6), ("äöü".to_owned(), false));
        assert_eq!(cut(5), ("äö".to_owned(), true));
        assert_eq!(cut(1), (String::new(), true));
    }
}
