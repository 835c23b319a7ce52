//! When consent becomes stricter, nothing goes out any more, however far a request had come.

use coffer_consent::domain::policy::WithdrawScope;
use coffer_demo::Case;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::consent::v1::{ConsentMode, GetClinicianPack, GetConsentMode, MarkLetter, OpenLetter};
use coffer_proto::mailer::v1::MailPermitted;
use coffer_types::{Clock, SystemClock};

use crate::clinical_record;
use crate::consent_modes::{add, signed};
use crate::postbox::{Postbox, answer, ask_clinician, open, patient_says, refusal, state_of, wait_for_state};
use crate::world::{World, caller, lead_researcher};

/// How far each request of one patient comes before the withdrawal.
const STATES: [&str; 6] =
    ["clinician_asked", "pack_ready", "posted", "approved", "approved_direct", "pack_ready"];

/// Requests of one patient, in all states that a withdrawal reaches, with the clinicians' tokens.
async fn requests(world: &World, postbox: &Postbox) -> Vec<(String, String)> {
    let mut requests = Vec::new();
    for (place, state) in STATES.iter().enumerate() {
        if *state == "approved_direct" {
            let rid = world.patient(Case::Green).rid;
            let submitted = world.submit(&world.submission("researcher", 101, &[rid.as_str()])).await;
            let id = submitted.contact_requests[0].id.clone();
            wait_for_state(world, &id, state).await;
            requests.push((id, String::new()));
            continue;
        }
        let (id, token) = ask_clinician(world, postbox, Case::Green).await;
        // The last one's pack is handed over by the clinician.
        let given = if place == STATES.len() - 1 { "A" } else { "R" };
        bring_to(world, &id, &token, given, state).await;
        requests.push((id, token));
    }
    requests
}

async fn bring_to(world: &World, id: &str, token: &str, given: &str, state: &str) {
    if state == "clinician_asked" {
        return;
    }
    answer(world, token, given).await.unwrap();
    let detail = wait_for_state(world, id, "pack_ready").await;
    if state == "posted" {
        let pack = detail.letters[0].id.clone();
        let mark = MarkLetter { caller: Some(caller("rdbm")), id: pack, state: "posted".to_owned() };
        world.bus.ask(&mark).await.unwrap();
    }
    if state == "approved" {
        patient_says(world, id, true).await.unwrap();
    }
    wait_for_state(world, id, state).await;
}

/// Nothing that belongs to the requests can leave, by no door.
async fn nothing_gets_out(world: &World, postbox: &Postbox, requests: &[(String, String)]) {
    for ((id, token), before) in requests.iter().zip(STATES) {
        let detail = wait_for_state(world, id, "withdrawn").await;
        let was_approved = before.starts_with("approved");
        let expected = if was_approved { "withdrawn" } else { "not_possible" };
        assert_eq!(state_of(&world.seen_by("researcher", id).await), expected, "{before}");
        assert!(!detail.patient_response_awaited, "{before}");
        for letter in &detail.letters {
            assert!(!matches!(letter.state.as_str(), "to_print" | "printed"), "{before}: {}", letter.kind);
        }
        for kind in ["approval", "clinician_question"] {
            for mail in postbox.of(kind, id) {
                let question =
                    MailPermitted { email_id: mail.email_id, kind: mail.kind, reference: id.clone() };
                assert!(!world.bus.ask(&question).await.unwrap().permitted, "{before}: {kind}");
            }
        }
        if was_approved {
            let mail = postbox.wait_for("withdrawal", id, 1).await;
            assert_eq!((mail.attachments.len(), mail.recipient.as_str()), (1, lead_researcher()));
            let approval = detail.letters.iter().find(|letter| letter.kind == "approval").unwrap();
            let opened = OpenLetter { caller: Some(caller("researcher")), id: approval.id.clone() };
            assert_eq!(refusal(world.bus.ask(&opened).await).unwrap_err().code(), Code::NotFound);
        }
        if !token.is_empty() {
            assert_ne!(open(world, token).await.state, "open", "{before}");
            let pack = GetClinicianPack { token: token.clone() };
            assert!(refusal(world.bus.ask(&pack).await).is_err(), "{before}");
        }
        assert_eq!(patient_says(world, id, true).await.unwrap_err().code(), Code::Conflict, "{before}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn red_ends_every_request_at_every_state() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let requests = requests(&world, &postbox).await;
    add(&world, Case::Green, signed("red", SystemClock.now())).await.unwrap();
    nothing_gets_out(&world, &postbox, &requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exclusion_and_death_end_everything_too() {
    for how in ["excluded", "patient_died"] {
        let world = World::start().await;
        let postbox = Postbox::open(&world).await;
        let requests = requests(&world, &postbox).await;
        if how == "excluded" {
            let excluded = ConsentMode { exclude_entirely: true, ..signed("green", SystemClock.now()) };
            add(&world, Case::Green, excluded).await.unwrap();
        } else {
            clinical_record::dies(&world, Case::Green).await;
            let nhs_number = world.patient(Case::Green).nhs_number.to_string();
            world.bus.ask(&GetConsentMode { caller: Some(caller("rdbm")), nhs_number }).await.unwrap();
        }
        nothing_gets_out(&world, &postbox, &requests).await;
        let reasons: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT reason FROM transitions WHERE to_state = 'withdrawn'")
                .fetch_all(&world.pool)
                .await
                .unwrap();
        assert_eq!(reasons, [how]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn green_to_yellow_withdraws_and_yellow_to_green_does_not() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let rid = world.patient(Case::Green).rid;
    let id = world.submit(&world.submission("researcher", 101, &[rid.as_str()])).await.contact_requests[0]
        .id
        .clone();
    wait_for_state(&world, &id, "approved_direct").await;
    add(&world, Case::Green, signed("yellow", SystemClock.now())).await.unwrap();
    wait_for_state(&world, &id, "withdrawn").await;

    let (asked, _) = ask_clinician(&world, &postbox, Case::Yellow).await;
    add(&world, Case::Yellow, signed("green", SystemClock.now())).await.unwrap();
    assert_eq!(state_of(&world.seen_by("rdbm", &asked).await), "clinician_asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_narrow_scope_spares_what_the_patient_agreed_to_on_paper() {
    let world =
        World::start_with(|settings| settings.process.withdraw_scope = WithdrawScope::GreenOnly).await;
    let postbox = Postbox::open(&world).await;
    let (agreed, link) = ask_clinician(&world, &postbox, Case::Green).await;
    bring_to(&world, &agreed, &link, "R", "approved").await;
    let (asked, _) = ask_clinician(&world, &postbox, Case::Green).await;
    add(&world, Case::Green, signed("red", SystemClock.now())).await.unwrap();
    wait_for_state(&world, &asked, "withdrawn").await;
    assert_eq!(state_of(&world.seen_by("rdbm", &agreed).await), "approved");
}
