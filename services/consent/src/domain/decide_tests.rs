//! Each rule at its boundary, and the properties that no facts may break.

use chrono::{DateTime, NaiveTime, Utc};
use proptest::prelude::*;
use rstest::rstest;

use super::super::clinician::ClinicianKind;
use super::super::clinician::tests::{any_clinician, clinician};
use super::super::facts::{Earlier, Initiated};
use super::super::mode::CurrentMode;
use super::super::mode::tests::{any_mode, mode_on};
use super::super::patient::Patient;
use super::super::patient::tests::{day, patient};
use super::super::steps::StepResult;
use super::super::study::tests::study;
use super::*;

const TODAY: &str = "2026-11-24";

fn now() -> DateTime<Utc> {
    day(TODAY).and_time(NaiveTime::MIN).and_utc()
}

fn policy() -> Policy {
    Policy {
        cap_days: 365,
        permitted_days_after_discharge: 1095,
        permitted_domains: vec![
            "nhs.example".to_owned(),
            ".nhs.example".to_owned(),
            "uni.example".to_owned(),
        ],
    }
}

/// A GREEN patient with one clinician, asked for by a study with direct approach: no rule stops it.
fn known() -> Known {
    Known {
        patient: patient(),
        clinicians: vec![clinician(ClinicianKind::Consultant, "2020-01-01", None)],
        mode: mode_on(Mode::Green, 1),
        approaches: 0,
        earlier: Earlier::default(),
    }
}

fn facts(change: impl FnOnce(&mut Known)) -> Facts {
    let mut known = known();
    change(&mut known);
    Facts { study: study(), direct_approach: true, initiated: None, subject: Subject::Found(Box::new(known)) }
}

fn ends(facts: &Facts) -> (&'static str, &'static str) {
    let decision = decide(facts, &policy(), now());
    (decision.rule.as_str(), decision.outcome.as_str())
}

fn discharged(days_ago: Option<i64>) -> impl Fn(&mut Known) {
    move |known| {
        known.patient.is_discharged = Some(true);
        known.patient.discharged_on = days_ago.map(|days| day(TODAY) - chrono::TimeDelta::days(days));
    }
}

fn with_mode(change: impl Fn(&mut CurrentMode)) -> impl Fn(&mut Known) {
    move |known| change(&mut known.mode)
}

type Change = fn(&mut Known);

#[rstest]
#[case::green(|_: &mut Known| {}, "R09", "approved_direct")]
#[case::excluded(|k: &mut Known| k.mode.exclude_entirely = true, "R02", "stopped")]
#[case::dead(|k: &mut Known| k.patient.is_dead = true, "R03", "stopped")]
#[case::red(|k: &mut Known| k.mode.mode = Mode::Red, "R04", "stopped")]
#[case::no_birthday(|k: &mut Known| k.patient.born_on = None, "R05", "stopped")]
#[case::yellow(|k: &mut Known| k.mode.mode = Mode::Yellow, "R17", "clinician_asked")]
#[case::unknown(|k: &mut Known| k.mode = CurrentMode::NEVER_ASKED, "R17", "clinician_asked")]
#[case::excluded_and_dead(
    |k: &mut Known| { k.mode.exclude_entirely = true; k.patient.is_dead = true; }, "R02", "stopped"
)]
#[case::no_clinician_is_needed(|k: &mut Known| k.clinicians.clear(), "R09", "approved_direct")]
fn each_case(#[case] change: Change, #[case] rule: &str, #[case] outcome: &str) {
    assert_eq!(ends(&facts(change)), (rule, outcome));
}

#[test]
fn the_unknown_the_missing_and_the_closed() {
    let mut facts = facts(|_| {});
    facts.subject = Subject::UnknownId;
    assert_eq!(ends(&facts), ("R00", "stopped"));
    facts.subject = Subject::NotFound;
    assert_eq!(ends(&facts), ("R01", "stopped"));
    facts.study.ends_on = Some(day("2026-11-23"));
    assert_eq!(ends(&facts), ("R18", "stopped"), "before R01");
}

#[rstest]
#[case::day_before("2010-11-25", false, "R06")]
#[case::birthday("2010-11-24", false, "R09")]
#[case::study_takes_them("2010-11-25", true, "R09")]
fn sixteen(#[case] born: &str, #[case] takes: bool, #[case] rule: &str) {
    let mut facts = facts(|known| known.patient = Patient { born_on: Some(day(born)), ..patient() });
    facts.study.include_under16 = takes;
    assert_eq!(ends(&facts).0, rule);
}

#[rstest]
#[case::day_n(Some(1095), "R09")]
#[case::day_after(Some(1096), "R07c")]
#[case::not_known(None, "R07b")]
#[case::today(Some(0), "R09")]
fn days_since_discharge(#[case] days: Option<i64>, #[case] rule: &str) {
    assert_eq!(ends(&facts(discharged(days))).0, rule);
}

#[test]
fn discharge_by_study_consent_and_status() {
    let mut excludes = facts(discharged(Some(1)));
    excludes.study.include_discharged = false;
    assert_eq!(ends(&excludes).0, "R07a");

    let consented = facts(|known| {
        discharged(Some(5000))(known);
        known.mode.consent_after_discharge = true;
    });
    assert_eq!(ends(&consented).0, "R09");

    let status_unknown = facts(|known| {
        discharged(Some(5000))(known);
        known.patient.is_discharged = None;
    });
    assert_eq!(ends(&status_unknown).0, "R09");
}

#[test]
fn a_late_discharge_gives_both_numbers() {
    let decision = decide(&facts(discharged(Some(1200))), &policy(), now());
    let last = decision.steps.last().unwrap();
    assert!(last.sentence.contains("1200") && last.sentence.contains("1095"), "{}", last.sentence);
    assert_eq!(last.inputs["days_since_discharge"], "1200");
}

#[rstest]
#[case::no_cap(0, 99, "R09")]
#[case::below(2, 1, "R09")]
#[case::equal(2, 2, "R08")]
#[case::above(2, 3, "R08")]
fn cap_of(#[case] cap: u32, #[case] approaches: u32, #[case] rule: &str) {
    let facts = facts(|known| {
        known.mode.max_approaches_per_year = cap;
        known.approaches = approaches;
    });
    assert_eq!(ends(&facts).0, rule);
}

#[rstest]
#[case::asked_and_approved(true, true, Mode::Green, "R09", None)]
#[case::not_asked(false, true, Mode::Green, "R17", Some(Involvement::RequestedByResearchers))]
#[case::not_approved(true, false, Mode::Green, "R17", Some(Involvement::RequestedByResearchers))]
#[case::yellow(true, true, Mode::Yellow, "R17", Some(Involvement::RequiredByYellow))]
#[case::unknown(true, true, Mode::Unknown, "R17", Some(Involvement::RequiredByUnknown))]
#[case::both(false, true, Mode::Yellow, "R17", Some(Involvement::RequestedByResearchers))]
fn direct_or_by_clinician(
    #[case] asked: bool,
    #[case] approved: bool,
    #[case] mode: Mode,
    #[case] rule: &str,
    #[case] involvement: Option<Involvement>,
) {
    let mut facts = facts(with_mode(|current| current.mode = mode));
    facts.direct_approach = asked;
    facts.study.direct_approach = approved;
    let decision = decide(&facts, &policy(), now());
    assert_eq!((decision.rule.as_str(), decision.outcome.involvement()), (rule, involvement));
}

#[rstest]
#[case::missing(None, "R11")]
#[case::blank(Some(" "), "R11")]
#[case::malformed(Some("jo.doe"), "R12")]
#[case::foreign(Some("jo@evil.example"), "R13")]
#[case::suffix(Some("jo@trust.nhs.example"), "R17")]
fn the_clinicians_address(#[case] email: Option<&str>, #[case] rule: &str) {
    let facts = facts(|known| {
        known.mode.mode = Mode::Yellow;
        known.clinicians[0].email = email.map(str::to_owned);
    });
    assert_eq!(ends(&facts).0, rule);
}

#[rstest]
#[case::malformed("lee.young", "R12")]
#[case::missing("", "R12")]
#[case::foreign("lee.young@evil.example", "R13")]
#[case::good("lee.young@uni.example", "R09")]
fn the_researchers_address(#[case] email: &str, #[case] rule: &str) {
    let mut facts = facts(|_| {});
    facts.study.lead_email = email.to_owned();
    assert_eq!(ends(&facts).0, rule);
}

#[test]
fn earlier_requests_warn_and_do_not_stop() {
    let facts = facts(|known| {
        known.mode.mode = Mode::Yellow;
        known.earlier = Earlier { outstanding: true, declined: true };
    });
    let decision = decide(&facts, &policy(), now());
    let warned = decision.steps.iter().filter(|step| step.result == StepResult::Warned);
    assert_eq!(warned.map(|step| step.rule).collect::<Vec<_>>(), [Rule::R14, Rule::R15]);
    assert_eq!(decision.rule, Rule::R17);
}

#[rstest]
#[case(Preset::PassToRdbm)]
#[case(Preset::HandOver)]
fn a_clinician_who_asks_has_answered(#[case] answer: Preset) {
    let mut facts = facts(|_| {});
    let email: EmailAddress = "own@nhs.example".parse().unwrap();
    facts.initiated = Some(Initiated { answer, email: email.clone() });
    let decision = decide(&facts, &policy(), now());
    assert_eq!(decision.rule, Rule::R16);
    let Outcome::ClinicianInitiated { answer: preset, email: to, .. } = decision.outcome else {
        panic!("{:?}", decision.outcome)
    };
    assert_eq!((preset, to), (answer, email));
}

#[test]
fn the_steps_of_a_yellow_patient_read_as_they_should() {
    let decision = decide(&facts(with_mode(|mode| mode.mode = Mode::Yellow)), &policy(), now());
    let lines: Vec<String> = decision
        .steps
        .iter()
        .map(|step| format!("{} {}: {}", step.rule.as_str(), step.result.as_str(), step.sentence))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

prop_compose! {
    fn any_patient()(
        born in prop::option::of(0_i64..40_000),
        is_dead in any::<bool>(),
        is_discharged in prop::option::of(any::<bool>()),
        discharged in prop::option::of(-10_i64..3000),
    ) -> Patient {
        let ago = |days: i64| day(TODAY) - chrono::TimeDelta::days(days);
        Patient {
            born_on: born.map(ago),
            is_dead,
            is_discharged,
            discharged_on: discharged.map(ago),
            ..patient()
        }
    }
}

prop_compose! {
    fn any_known()(
        patient in any_patient(),
        clinicians in prop::collection::vec(any_clinician(), 0..4),
        mode in any_mode(),
        approaches in 0_u32..5,
        outstanding in any::<bool>(),
        declined in any::<bool>(),
    ) -> Known {
        Known { patient, clinicians, mode, approaches, earlier: Earlier { outstanding, declined } }
    }
}

fn any_subject() -> impl Strategy<Value = Subject> {
    prop_oneof![
        1 => Just(Subject::UnknownId),
        1 => Just(Subject::NotFound),
        8 => any_known().prop_map(|known| Subject::Found(Box::new(known))),
    ]
}

prop_compose! {
    fn any_facts()(
        subject in any_subject(),
        direct_approach in any::<bool>(),
        initiated in prop::option::of(proptest::sample::select(Preset::ALL)),
        (approved_direct, under16, discharged, open) in any::<(bool, bool, bool, bool)>(),
        lead_email in proptest::sample::select(vec!["lee@uni.example", "lee", "lee@evil.example"]),
    ) -> Facts {
        let mut study = study();
        study.direct_approach = approved_direct;
        study.include_under16 = under16;
        study.include_discharged = discharged;
        study.approved_by_rec = open;
        study.lead_email = lead_email.to_owned();
        let email: EmailAddress = "own@nhs.example".parse().unwrap();
        let initiated = initiated.map(|answer| Initiated { answer, email });
        Facts { study, direct_approach, initiated, subject }
    }
}

fn is_contact(decision: &Decision) -> bool {
    decision.outcome != Outcome::Stopped
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The promise of the whole product.
    #[test]
    fn no_path_leads_from_red_or_excluded_to_contact(facts in any_facts()) {
        if let Subject::Found(known) = &facts.subject
            && known.mode.forbids_contact()
        {
            prop_assert!(!is_contact(&decide(&facts, &policy(), now())));
        }
    }

    #[test]
    fn nobody_is_contacted_about_the_unknown_or_by_a_closed_study(facts in any_facts()) {
        let decision = decide(&facts, &policy(), now());
        if !matches!(facts.subject, Subject::Found(_)) || !facts.study.approved_by_rec {
            prop_assert!(!is_contact(&decision));
        }
    }

    #[test]
    fn a_contact_breaks_no_rule(facts in any_facts()) {
        let decision = decide(&facts, &policy(), now());
        let Subject::Found(known) = &facts.subject else { return Ok(()) };
        if !is_contact(&decision) {
            return Ok(());
        }
        let age = known.patient.age_on(day(TODAY)).unwrap();
        let cap = known.mode.max_approaches_per_year;
        prop_assert!(!known.patient.is_dead);
        prop_assert!(age >= 16 || facts.study.include_under16);
        prop_assert!(cap == 0 || known.approaches < cap);
        prop_assert!(!known.patient.is_known_discharged() || facts.study.include_discharged);
        match decision.outcome {
            Outcome::ApprovedDirect { researcher } => {
                prop_assert_eq!(known.mode.mode, Mode::Green);
                prop_assert!(facts.direct_approach && facts.study.direct_approach && facts.initiated.is_none());
                prop_assert!(researcher.is_in_permitted_domain(&policy().permitted_domains));
            }
            Outcome::ClinicianAsked { clinician, email, .. } => {
                prop_assert!(clinician.is_contactable());
                prop_assert_eq!(email.as_str(), clinician.email_text());
                prop_assert!(email.is_in_permitted_domain(&policy().permitted_domains));
            }
            Outcome::ClinicianInitiated { email, .. } => prop_assert_eq!(email.as_str(), "own@nhs.example"),
            Outcome::Stopped => {}
        }
    }

    #[test]
    fn the_steps_tell_the_decision_and_nobody_by_name(facts in any_facts()) {
        let decision = decide(&facts, &policy(), now());
        let last = decision.steps.last().unwrap();
        prop_assert_eq!(last.rule, decision.rule);
        prop_assert_eq!(last.result == StepResult::Stopped, decision.outcome == Outcome::Stopped);
        for step in &decision.steps {
            let told = format!("{} {:?}", step.sentence, step.inputs);
            for secret in ["Byron", "Ada", "943", "1980", "Doe", "@", "Young"] {
                prop_assert!(!told.contains(secret), "{told}");
            }
        }
    }
}
