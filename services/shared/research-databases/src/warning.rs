//! The sentence about rights that our account has too many of.

/// The rights as one sentence; one for which `is_all` holds says everything.
pub(crate) fn sentence(rights: &[String], is_all: impl Fn(&str) -> bool) -> Option<String> {
    let all = rights.iter().find(|right| is_all(right));
    let list = match (all, rights) {
        (Some(all), _) => all.clone(),
        (None, []) => return None,
        (None, [only]) => only.clone(),
        (None, [first @ .., last]) => format!("{} and {last}", first.join(", ")),
    };
    Some(format!(
        "The account for this database has more rights than reading takes: it {list}. Please take them away."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_listed_in_a_sentence() {
        let rights = ["a", "b", "c"].map(str::to_owned);
        let text = |rights: &[String], all: &str| sentence(rights, |right| right == all);
        assert_eq!(text(&[], "a"), None);
        let begin = "The account for this database has more rights than reading takes: it";
        let end = "Please take them away.";
        assert_eq!(text(&rights, ""), Some(format!("{begin} a, b and c. {end}")));
        assert_eq!(text(&rights, "b"), Some(format!("{begin} b. {end}")));
    }
}
