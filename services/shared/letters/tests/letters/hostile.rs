//! Data is printed, never obeyed; and whatever it holds, there is a letter.

use coffer_letters::letters::AskedBecause;
use coffer_letters::{AgeBand, Basis};
use proptest::prelude::*;

use crate::extract::text;
use crate::samples::*;
use crate::{TYPESETTER, set};

/// Text without the line ends that setting put in.
fn flat(text: &str) -> String {
    text.replace('\n', "")
}

#[test]
fn markup_in_data_is_printed_as_it_stands() {
    for hostile in [
        "#panic()",
        "#eval(\"1 + 1\")",
        "#import \"house.typ\": *",
        "*bold* _emph_ `raw`",
        "$ x^2 $",
        "<label> @reference",
        "= Heading",
        "// comment /* comment */",
        "\\ [ ] { } ~ -- --- ...",
        "\"quotes\" 'and' more",
        "https://evil.example/",
    ] {
        let mut letter = approval(Basis::GeneralConsent);
        letter.study.title = hostile.to_owned();
        letter.patient.name = hostile.to_owned();
        letter.researcher.salutation = hostile.to_owned();
        let words = text(&set("hostile", &letter).bytes);
        assert_eq!(words.matches(hostile).count(), 3, "{hostile}: {words}");
    }
}

#[test]
fn names_of_any_length_make_a_letter() {
    let mut letter = childs_letter();
    for long in ["x".repeat(4000), "Maximilian ".repeat(364)] {
        letter.identity.name.clone_from(&long);
        letter.patient.name.clone_from(&long);
        letter.patient.address = vec![long; 3];
        let words = flat(&text(&set("long", &letter).bytes));
        assert!(words.matches('x').count() > 16_000 || words.matches("Maximilian").count() > 1_800);
    }
}

#[test]
fn names_of_any_script_make_a_letter() {
    for (name, shown) in [
        ("Zoë O’Brien-Łuczak", "Zoë O’Brien-Łuczak"),
        ("Владимир", "Владимир"),
        ("Αλέξανδρος", "Αλέξανδρος"),
        ("\u{1f469}\u{200d}\u{1f52c} Ada", "□□ Ada"),
        ("\u{202e}nosrep", "nosrep"),
    ] {
        let letter = clinician_letter(AskedBecause::Yellow, identity(name, "1980-05-17"), AgeBand::Any);
        let words = text(&set("script", &letter).bytes);
        assert!(words.contains(shown), "{name}: {words}");
    }
    for name in ["e\u{301}\u{304}\u{35f}", "محمد بن سلمان", "שָׂרָה כֹּהֵן", "漢字", "नमस्ते", "\u{0}\u{7}\u{feff}"]
    {
        set("script", &clinician_letter(AskedBecause::Yellow, identity(name, "1980-05-17"), AgeBand::Any));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_makes_a_letter(name in "\\PC{0,60}", line in any::<String>(), title in "[\\p{L}\\p{M}\\p{S}]{0,40}") {
        let mut letter = approval(Basis::GeneralConsent);
        letter.patient.name = name.clone();
        letter.researcher.name = name;
        letter.address = vec![line; 2];
        letter.study.title = title;
        prop_assert!(TYPESETTER.set(&letter).is_ok());
    }
}
