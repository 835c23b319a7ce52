//! Consent modes: append-only, one that counts, whatever comes in between.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_demo::Case;
use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::consent::v1::{
    AddConsentMode, ConsentMode, ConsentModeHistory, Evidence, GetConsentMode, LetterList, ListLetters,
};
use coffer_proto::timestamp;
use coffer_types::{Clock, SystemClock};

use crate::clinical_record;
use crate::postbox::refusal;
use crate::world::{World, caller};

/// A signed decision.
pub(crate) fn signed(mode: &str, decided_at: DateTime<Utc>) -> ConsentMode {
    ConsentMode {
        mode: mode.to_owned(),
        decision: Some(Evidence { signed_by_patient: true, ..Evidence::default() }),
        decided_at: Some(timestamp(decided_at)),
        ..ConsentMode::default()
    }
}

/// Adds a decision of a demo patient, as the RDBM.
pub(crate) async fn add(world: &World, case: Case, mode: ConsentMode) -> Result<ConsentMode, Refusal> {
    let question = AddConsentMode {
        caller: Some(caller("rdbm")),
        nhs_number: world.patient(case).nhs_number.to_string(),
        consent_mode: Some(mode),
        skip_letter: false,
    };
    refusal(world.bus.ask(&question).await)
}

async fn get(world: &World, case: Case) -> ConsentModeHistory {
    let nhs_number = world.patient(case).nhs_number.to_string();
    world.bus.ask(&GetConsentMode { caller: Some(caller("rdbm")), nhs_number }).await.unwrap()
}

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clinical_record_comes_first_and_history_stays() {
    let world = World::start().await;
    let history = get(&world, Case::Yellow).await;
    let current = history.current.unwrap();
    assert_eq!((current.mode.as_str(), current.source.as_str()), ("yellow", "clinical_record"));
    assert!(!history.patient_name.is_empty() && !history.patient_born_on.is_empty());

    let added = add(&world, Case::Yellow, signed("green", now())).await.unwrap();
    assert!(added.current);
    let history = get(&world, Case::Yellow).await;
    let modes: Vec<_> = history.history.iter().map(|mode| (mode.mode.as_str(), mode.current)).collect();
    assert_eq!(modes, [("green", true), ("yellow", false)]);

    clinical_record::turns(&world, Case::Yellow, "mode = 'red'").await;
    assert_eq!(get(&world, Case::Yellow).await.current.unwrap().mode, "red");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_made_earlier_is_kept_but_does_not_count() {
    let world = World::start().await;
    add(&world, Case::Unknown, signed("red", now())).await.unwrap();
    let late = add(&world, Case::Unknown, signed("green", now() - TimeDelta::days(30))).await.unwrap();
    assert!(!late.current);
    assert_eq!(get(&world, Case::Unknown).await.current.unwrap().mode, "red");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_is_recorded_while_the_clinical_source_is_out_of_order() {
    let world = World::start().await;
    clinical_record::goes_out_of_order(&world).await;
    let refused = add(&world, Case::Green, signed("yellow", now())).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    assert!(add(&world, Case::Green, signed("red", now())).await.unwrap().current);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_leave_one_current_mode_and_the_refusal_wins_a_tie() {
    let world = World::start().await;
    let at = now();
    let modes = ["green", "yellow", "red", "green"].repeat(5);
    let all = modes.iter().map(|mode| add(&world, Case::Unknown, signed(mode, at)));
    for added in futures::future::join_all(all).await {
        added.unwrap();
    }
    let history = get(&world, Case::Unknown).await;
    assert_eq!(history.history.len(), 20);
    assert_eq!(history.history.iter().filter(|mode| mode.current).count(), 1);
    assert_eq!(history.current.unwrap().mode, "red");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_counts_by_age_unless_a_clinician_overrides() {
    let world = World::start().await;
    let unsigned = ConsentMode { decision: None, ..signed("green", now()) };
    let refused = add(&world, Case::Unknown, unsigned.clone()).await.unwrap_err();
    assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, "consent_mode.decision"));
    let alone = add(&world, Case::Under16, signed("green", now())).await.unwrap_err();
    assert_eq!(alone.field, "consent_mode.decision");

    let with_parent =
        Evidence { signed_by_patient: true, under16_signed_by_parent: true, ..Evidence::default() };
    let child = ConsentMode { decision: Some(with_parent), ..signed("green", now()) };
    add(&world, Case::Under16, child).await.unwrap();
    let overridden = ConsentMode { clinician_override: true, ..unsigned };
    assert!(add(&world, Case::Unknown, overridden).await.unwrap().clinician_override);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_refused_by_field() {
    let world = World::start().await;
    let cases = [
        (signed("blue", now()), "consent_mode.mode"),
        (signed("red", now() + TimeDelta::days(2)), "consent_mode.decided_at"),
        (
            ConsentMode { max_approaches_per_year: u32::MAX, ..signed("red", now()) },
            "consent_mode.max_approaches_per_year",
        ),
    ];
    for (mode, field) in cases {
        assert_eq!(add(&world, Case::Unknown, mode).await.unwrap_err().field, field);
    }
    let wrong = GetConsentMode { caller: Some(caller("rdbm")), nhs_number: "9434765918".to_owned() };
    assert_eq!(refusal(world.bus.ask(&wrong).await).unwrap_err().field, "nhs_number");
    let researcher =
        GetConsentMode { caller: Some(caller("researcher")), nhs_number: "9434765919".to_owned() };
    assert_eq!(refusal(world.bus.ask(&researcher).await).unwrap_err().code(), Code::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_mode_is_confirmed_on_paper_unless_the_patient_knows() {
    let world = World::start().await;
    add(&world, Case::Unknown, signed("yellow", now())).await.unwrap();
    let letters = confirmations(&world, 1).await;
    assert_eq!(
        (letters.letters[0].kind.as_str(), letters.letters[0].state.as_str()),
        ("mode_confirmation", "to_print")
    );
    let known = AddConsentMode {
        caller: Some(caller("rdbm")),
        nhs_number: world.patient(Case::Unknown).nhs_number.to_string(),
        consent_mode: Some(signed("red", now())),
        skip_letter: true,
    };
    world.bus.ask(&known).await.unwrap();
    add(&world, Case::Unknown, signed("green", now())).await.unwrap();
    assert_eq!(confirmations(&world, 2).await.total, 2, "two letters for three decisions");
}

/// Waits for so many letters to print.
async fn confirmations(world: &World, number: u32) -> LetterList {
    let question = ListLetters { caller: Some(caller("rdbm")), state: "to_print".to_owned(), page: None };
    for _ in 0..200 {
        let letters = world.bus.ask(&question).await.unwrap();
        if letters.total >= number {
            return letters;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{number} letters did not come");
}
