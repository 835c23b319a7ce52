//! The `:name`s of a query, so that its form can ask for values. What really is a parameter is the gate's to
//! say; this only has to agree with it on queries that may run.

/// The names in the order of their first use. Text, quoted names, comments and `::` casts hold none.
pub fn parameter_names(sql: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = sql;
    while let Some(character) = rest.chars().next() {
        rest = match character {
            '\'' | '"' | '`' => after_quote(rest, character),
            '-' if rest.starts_with("--") => after(rest, "\n"),
            '/' if rest.starts_with("/*") => after(rest, "*/"),
            ':' if rest.starts_with("::") => rest.trim_start_matches(':'),
            ':' => {
                let (name, after) = word(rest.get(1..).unwrap_or_default());
                if is_name(name) && !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
                after
            }
            character if is_part_of_word(character) => word(rest).1,
            character => rest.get(character.len_utf8()..).unwrap_or_default(),
        };
    }
    names
}

/// A quote that is written twice begins the next piece, which ends as well.
fn after_quote(text: &str, quote: char) -> &str {
    text.get(1..).and_then(|rest| rest.split_once(quote)).map_or("", |(_, rest)| rest)
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// The letters, digits and underscores at the beginning, and what follows.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|character| !is_part_of_word(character)).unwrap_or(text.len()))
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("select * from note where rid = :rid and day >= :since or rid = :rid", &["rid", "since"])]
    #[case("select ':no', \":no\", `:no`, 'it''s :no' -- :no\n, :yes /* :no */", &["yes"])]
    #[case("select day::date, a :: text, :day::date", &["day"])]
    #[case("select '12:30', 1:2, : no", &[])]
    #[case("select :a,:b||:_c", &["a", "b", "_c"])]
    #[case("select 'never closed :no", &[])]
    #[case("/* never closed :no", &[])]
    #[case("\u{e9}:\u{e9}", &[])]
    #[case("", &[])]
    fn names_are_found_in_their_order(#[case] sql: &str, #[case] names: &[&str]) {
        assert_eq!(parameter_names(sql), names);
    }
}
