//! One contact request with its timeline, and what RDBM and admin see beyond.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use coffer_proto::consent::v1 as contract;
use serde::Serialize;
use utoipa::ToSchema;

use super::ContactRequest;
use crate::api::letters::Letter;
use crate::api::values::{known, moment};

/// A contact request with its timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ContactRequestDetail {
    #[serde(flatten)]
    contact_request: ContactRequest,
    timeline: Vec<TimelineEntry>,
    #[serde(flatten)]
    #[schema(value_type = Inside)]
    inside: Option<Inside>,
}

/// What RDBM and admin see beyond; for everybody else these keys do not exist, so none is required.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactRequestInside)]
struct Inside {
    /// The rule that decided; none before.
    #[schema(examples("R04"))]
    rule: Option<String>,
    /// stopped, approved_direct, clinician_asked, clinician_initiated; none before the decision.
    outcome: Option<String>,
    #[schema(required = false)]
    steps: Vec<DecisionStep>,
    #[schema(required = false)]
    letters: Vec<Letter>,
    #[schema(required = false)]
    emails: Vec<SentEmail>,
    #[schema(required = false)]
    patient_response_awaited: bool,
    #[schema(required = false)]
    possibly_serious: bool,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineEntry {
    at: Option<DateTime<Utc>>,
    title: String,
    text: String,
    who: Option<String>,
}

/// One test of the decision.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionStep {
    rule: String,
    /// passed, stopped, decided, warned
    result: String,
    sentence: String,
    /// What the rule looked at.
    inputs: BTreeMap<String, String>,
}

/// An e-mail about the request.
#[derive(Debug, Serialize, ToSchema)]
struct SentEmail {
    id: String,
    kind: String,
    state: String,
    /// clinician, researcher, rdbm
    to: String,
    at: Option<DateTime<Utc>>,
}

impl ContactRequestDetail {
    /// Reads the answer; `sees_inside` says whether the caller is RDBM or admin.
    pub(super) fn read(mut detail: contract::ContactRequestDetail, sees_inside: bool) -> Option<Self> {
        let contact_request = detail.contact_request.take()?.into();
        let timeline = std::mem::take(&mut detail.timeline).into_iter().map(TimelineEntry::from).collect();
        Some(Self { contact_request, timeline, inside: sees_inside.then(|| detail.into()) })
    }
}

impl From<contract::ContactRequestDetail> for Inside {
    fn from(detail: contract::ContactRequestDetail) -> Self {
        Self {
            rule: known(detail.rule),
            outcome: known(detail.outcome),
            steps: detail.steps.into_iter().map(DecisionStep::from).collect(),
            letters: detail.letters.into_iter().map(Letter::from).collect(),
            emails: detail.emails.into_iter().map(SentEmail::from).collect(),
            patient_response_awaited: detail.patient_response_awaited,
            possibly_serious: detail.possibly_serious,
        }
    }
}

impl From<contract::TimelineEntry> for TimelineEntry {
    fn from(entry: contract::TimelineEntry) -> Self {
        Self { at: moment(entry.at), title: entry.title, text: entry.text, who: known(entry.who) }
    }
}

impl From<contract::DecisionStep> for DecisionStep {
    fn from(step: contract::DecisionStep) -> Self {
        Self {
            rule: step.rule,
            result: step.result,
            sentence: step.sentence,
            inputs: step.inputs.into_iter().collect(),
        }
    }
}

impl From<contract::EmailRow> for SentEmail {
    fn from(email: contract::EmailRow) -> Self {
        Self { id: email.id, kind: email.kind, state: email.state, to: email.to, at: moment(email.at) }
    }
}
