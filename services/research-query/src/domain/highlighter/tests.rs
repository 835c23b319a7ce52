//! Marks as a reader would draw them, and rules that hold for any text.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn plain(pattern: &str) -> Term<'_> {
    Term { pattern, is_regex: false }
}

fn regex(pattern: &str) -> Term<'_> {
    Term { pattern, is_regex: true }
}

fn marks(terms: &[Term<'_>], text: &str) -> Vec<Mark> {
    Highlighter::new(terms).unwrap().marks(text, &mut || true)
}

/// The text with each mark in brackets, behind the number of its term.
fn drawn(terms: &[Term<'_>], text: &str) -> String {
    let mut drawn = String::new();
    let mut at = 0;
    for mark in marks(terms, text) {
        let (before, marked) = (&text[at..mark.start], &text[mark.start..mark.end]);
        write!(drawn, "{before}{}[{marked}]", mark.term).unwrap();
        at = mark.end;
    }
    drawn + &text[at..]
}

#[test]
fn overlaps_nestings_and_neighbours() {
    let text = "Low mood & poor sleep; mood swings. O'Brien's mother: \"moody\" <b>mood</b>";
    let cases = [
        ("the earlier wins", vec![plain("low mood"), plain("mood & poor")]),
        ("the rest of the later stays", vec![plain("mood"), plain("low mood & poor")]),
        ("inside another", vec![plain("poor sleep; mood"), plain("sleep")]),
        ("the same twice", vec![plain("mood"), plain("MOOD")]),
        ("neighbours join only within a term", vec![plain("low"), plain(" "), plain("mood")]),
        ("every character is literal", vec![plain("&"), plain("'"), plain("."), plain("*"), plain("<b>")]),
        ("expressions", vec![regex(r"\bmood\b"), regex(r"o'\w+"), regex(r"(a+)+$|s\S+")]),
        ("plain and expression", vec![regex("m.+?d"), plain("moody")]),
        ("empty matches mark nothing", vec![regex("x*"), regex("^|$"), regex(r"\b")]),
    ];
    let drawings: Vec<_> =
        cases.iter().map(|(what, terms)| format!("{what}\n  {}", drawn(terms, text))).collect();
    insta::assert_snapshot!(drawings.join("\n"));
}

#[rstest]
#[case("straße", "STRASSE", "0[STRASSE]")]
#[case("STRASSE", "die Straße", "die 0[Straße]")]
#[case("s", "Maß", "Maß")]
#[case("ΟΔΟΣ", "η οδος, Οδός", "η 0[οδος], Οδός")]
#[case("i", "İı", "İ0[ı]")]
#[case("é", "CAFÉ", "CAF0[É]")]
#[case("😀", "ok 😀😀", "ok 0[😀😀]")]
#[case("k", "\u{212a}", "0[\u{212a}]")]
fn case_is_ignored_in_any_script(#[case] pattern: &str, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(drawn(&[plain(pattern)], text), expected);
}

#[test]
fn case_counts_when_an_expression_says_so() {
    assert_eq!(drawn(&[regex("(?-i)MRI"), regex("mri")], "MRI mri"), "0[MRI] 1[mri]");
}

#[rstest]
#[case(plain(""), "A highlight needs a text to look for.")]
#[case(regex("(a"), "This is not a regular expression: unclosed group.")]
#[case(regex(r"(a)\1"), "This is not a regular expression: backreferences are not supported.")]
#[case(
    regex("(?=a)"),
    "This is not a regular expression: look-around, including look-ahead and look-behind, is not supported."
)]
#[case(
    regex(r"\w{1000}{1000}"),
    "This regular expression is too large. Repeat less, or write it more simply."
)]
fn a_pattern_that_cannot_be_used_says_why(#[case] term: Term<'_>, #[case] sentence: &str) {
    assert_eq!(term.check().unwrap_err().to_string(), sentence);
}

#[test]
fn a_pattern_of_a_megabyte_is_refused_at_once() {
    let megabyte = "a".repeat(1_000_000);
    assert_eq!(plain(&megabyte).check(), Err(PatternProblem::TooLong));
    assert_eq!(regex(&megabyte).check(), Err(PatternProblem::TooLong));
    let longest = "é".repeat(LONGEST_PATTERN);
    assert_eq!(plain(&longest).check(), Ok(()));
}

#[test]
fn terms_that_are_too_large_together_are_refused() {
    let long = "a".repeat(LONGEST_PATTERN);
    let many = vec![plain(&long); 401];
    assert_eq!(Highlighter::new(&many).unwrap_err(), PatternProblem::TooLargeTogether);
    let heavy = vec![regex(r"\w{30}"); 60];
    assert_eq!(Highlighter::new(&heavy).unwrap_err(), PatternProblem::TooLargeTogether);
}

/// A backtracking engine needs longer than the universe has lasted for the first three.
#[rstest]
#[case("(a+)+$")]
#[case("(a|aa)+$")]
#[case("(.*)*x")]
#[case("(?:.*a){12}")]
fn no_expression_takes_exponential_time(#[case] pattern: &str) {
    let text = format!("{}!", "a".repeat(20_000));
    let started = Instant::now();
    Highlighter::new(&[regex(pattern)]).unwrap().marks(&text, &mut || true);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn a_thousand_terms_cost_little_more_than_one() {
    let note =
        "Seen at home. Low mood since March, sleeps badly; denies thoughts of self-harm. ".repeat(1_000);
    let words: Vec<_> = (0..1_000).map(|number| format!("\\bsymptom {number}\\b")).collect();
    for is_regex in [false, true] {
        let mut terms: Vec<_> = words.iter().map(|pattern| Term { pattern, is_regex }).collect();
        terms.push(plain("low mood"));
        let highlighter = Highlighter::new(&terms).unwrap();
        let started = Instant::now();
        assert_eq!(highlighter.marks(&note, &mut || true).len(), 1_000);
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}

#[test]
fn who_may_not_go_on_stops_at_once() {
    let mut left = 3;
    let mut go_on = || {
        left -= 1;
        left >= 0
    };
    let highlighter = Highlighter::new(&[plain("a"), regex("b")]).unwrap();
    assert_eq!(highlighter.marks("a-a-a-a-b", &mut go_on).len(), 3);
}

fn term() -> impl Strategy<Value = (String, bool)> {
    prop_oneof![
        ("[abß'&.* ]{1,4}", Just(false)),
        ("[abß]{1,2}[*+?]?", Just(true)),
        (Just("a.*b".to_owned()), Just(true)),
    ]
}

/// The first term that covers each byte, found the slow way.
fn owners(terms: &[Term<'_>], text: &str) -> Vec<Option<usize>> {
    let mut owners = vec![None; text.len()];
    for (number, term) in terms.iter().enumerate() {
        for mark in marks(&[*term], text) {
            for owner in &mut owners[mark.start..mark.end] {
                owner.get_or_insert(number);
            }
        }
    }
    owners
}

proptest! {
    #[test]
    fn marks_are_ordered_whole_and_each_byte_has_its_first_owner(
        terms in prop::collection::vec(term(), 0..6),
        text in "[abßAB&'.*ssİ ]{0,40}",
    ) {
        let terms: Vec<_> = terms.iter().map(|(pattern, is_regex)| Term { pattern, is_regex: *is_regex }).collect();
        let marks = marks(&terms, &text);
        let mut painted = vec![None; text.len()];
        let mut at = 0;
        for mark in &marks {
            prop_assert!(at <= mark.start && mark.start < mark.end && mark.end <= text.len());
            prop_assert!(text.is_char_boundary(mark.start) && text.is_char_boundary(mark.end));
            painted[mark.start..mark.end].fill(Some(mark.term));
            at = mark.end;
        }
        prop_assert_eq!(painted, owners(&terms, &text));
        let joined = marks.windows(2).all(|two| two[0].end < two[1].start || two[0].term != two[1].term);
        prop_assert!(joined);
    }

    #[test]
    fn any_text_can_be_looked_for(pattern in "\\PC{1,20}", before in "\\PC{0,20}", after in "\\PC{0,20}") {
        let text = format!("{before} {pattern} {after}");
        let start = before.len() + 1;
        let found = marks(&[plain(&pattern)], &text);
        prop_assert!(found.iter().any(|mark| mark.start <= start && mark.end >= start + pattern.len()));
    }
}
