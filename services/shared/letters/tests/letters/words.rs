//! The words of each letter, for each kind of patient.

use coffer_letters::letters::{AskedBecause, DecidedBy};
use coffer_letters::{AgeBand, Basis, TextSize, TrafficLight};

use crate::extract::text;
use crate::samples::*;
use crate::set;

macro_rules! reads {
    ($name:literal, $letter:expr) => {
        insta::assert_snapshot!($name, text(&set($name, &$letter).bytes));
    };
}

#[test]
fn letters_to_researchers() {
    reads!("approval_general", approval(Basis::GeneralConsent));
    reads!("approval_agreed", approval(Basis::Agreed { on: date("2026-11-23") }));
    reads!("withdrawal", withdrawal());
    reads!("cover_general", cover(false));
    reads!("cover_agreed", cover(true));
}

#[test]
fn confirmations_of_a_choice() {
    reads!("confirmation_green", mode_confirmation(TrafficLight::Green, DecidedBy::Patient));
    reads!("confirmation_yellow", mode_confirmation(TrafficLight::Yellow, DecidedBy::ClinicianOverride));
    reads!("confirmation_red", mode_confirmation(TrafficLight::Red, DecidedBy::Patient));
}

#[test]
fn letters_of_a_clinician() {
    reads!("clinician_yellow_adult", adults_letter());
    reads!("clinician_unknown_child", childs_letter());
    let fifteen = identity("Kim Byron", "2011-06-01");
    reads!(
        "clinician_wish_fifteen",
        clinician_letter(AskedBecause::ResearchersWish, fifteen, AgeBand::Fifteen)
    );
    reads!("first_traffic_light", first_traffic_light());
}

#[test]
fn forms_by_age() {
    reads!("decision_form_adult", decision_form(AgeBand::SixteenOrOver));
    reads!("decision_form_child", decision_form(AgeBand::Under15));
    reads!("decision_form_fifteen", decision_form(AgeBand::Fifteen));
    let adult = identity("Ms Ada Byron", "1980-05-17");
    reads!("traffic_light_form_adult", traffic_light_form(Some(adult), AgeBand::SixteenOrOver));
    reads!("traffic_light_form_anybody", traffic_light_form(None, AgeBand::Any));
}

#[test]
fn documents_of_demos() {
    let (details, extra_form, leaflet) = uploads();
    reads!("sample_details", details);
    reads!("sample_extra_form", extra_form);
    reads!("sample_leaflet", leaflet);
}

#[test]
fn large_print_says_the_same() {
    let normal = adults_letter();
    let mut large = adults_letter();
    large.text_size = TextSize::Large;
    let words = |pdf: &[u8]| {
        let text = text(pdf);
        let body = text.split_whitespace().filter(|word| !word.chars().all(|c| c.is_ascii_digit()));
        body.map(str::to_owned).collect::<Vec<_>>().len()
    };
    let (normal, large) = (set("normal", &normal), set("clinician_large", &large));
    assert!(words(&large.bytes) >= words(&normal.bytes));
}
