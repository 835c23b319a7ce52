//! One trace holds the browser's request, the decision and the e-mail.

use std::collections::BTreeSet;
use std::time::Duration;

use coffer_testkit::TraceCollector;
use coffer_tests::{Case, System, SystemOptions};

#[tokio::test]
async fn a_contact_request_is_one_trace_from_the_browser_to_smtp() {
    let collector = TraceCollector::start().await;
    let options = SystemOptions { otlp: Some(collector.endpoint()), ..SystemOptions::default() };
    let system = System::start_with(options).await;
    let study = system.studies()[0].id.to_string();
    let patient = system.patient(Case::Green);
    system.api("researcher").submit(&study, true, &[patient.rid.as_str()]).await;
    let mails = system.mail.wait_for(1, Duration::from_secs(10)).await;

    let is_post = |name: &str| name.starts_with("POST ") && name.contains("contact-requests");
    let spans = collector
        .wait_for(Duration::from_secs(20), |spans| {
            let root = spans.iter().find(|span| is_post(&span.name));
            root.is_some_and(|root| {
                let trace: Vec<_> = spans.iter().filter(|span| span.trace_id == root.trace_id).collect();
                ["gateway", "consent", "mailer"]
                    .iter()
                    .all(|service| trace.iter().any(|span| span.service == format!("coffer-{service}")))
                    && trace.iter().any(|span| span.name.to_lowercase().contains("smtp"))
            })
        })
        .await;
    let root = spans.iter().find(|span| is_post(&span.name)).unwrap();
    let trace: Vec<_> = spans.iter().filter(|span| span.trace_id == root.trace_id).collect();
    let names: BTreeSet<&str> = trace.iter().map(|span| span.name.as_str()).collect();
    for expected in [
        "ask coffer.svc.consent.contact-request.submit.v1",
        "answer coffer.svc.consent.contact-request.submit.v1",
        "create coffer.evt.consent.contact-request.submitted.v1",
        "process coffer.evt.consent.contact-request.submitted.v1",
        "create coffer.cmd.mailer.send.v1",
        "process coffer.cmd.mailer.send.v1",
    ] {
        assert!(names.contains(expected), "{expected} is not among {names:#?}");
    }

    // Every span but the root hangs below another of the same trace.
    let ids: BTreeSet<&str> = trace.iter().map(|span| span.span_id.as_str()).collect();
    let orphans: Vec<_> = trace.iter().filter(|span| !ids.contains(span.parent_span_id.as_str())).collect();
    assert_eq!(orphans.len(), 1, "{orphans:#?}");

    // Nobody is named in any span.
    let said = format!("{spans:?}");
    let token_free = mails.iter().all(|mail| !said.contains(&mail.to));
    assert!(
        token_free
            && !said.contains(&patient.nhs_number.to_string())
            && !said.contains(&patient.last_name.to_string())
    );
}
