//! The decision of a contact request: rules R00 to R18, in their order, on facts gathered before.

use chrono::{DateTime, NaiveDate, Utc};
use coffer_types::EmailAddress;

use super::answer::{Involvement, Preset};
use super::clinician::{Clinician, pick_best_clinician};
use super::facts::{Facts, Known, Subject};
use super::mode::Mode;
use super::policy::Policy;
use super::steps::{Rule, Step};
use super::study::Study;
use super::trail::{Ended, Trail, Verdict};

/// Version of these rules, stored with each decision: raise it with every change of what they decide.
pub const RULES_VERSION: u32 = 1;

/// What was decided, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens now.
    pub outcome: Outcome,
    /// The rule that decided.
    pub rule: Rule,
    /// All tests, in their order.
    pub steps: Vec<Step>,
    /// Version of the rules.
    pub rules_version: u32,
}

/// What happens after a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No contact.
    Stopped,
    /// The lead researcher is told who the patient is.
    ApprovedDirect {
        /// Where the approval goes.
        researcher: EmailAddress,
    },
    /// A clinician is asked.
    ClinicianAsked {
        /// Whom.
        clinician: Box<Clinician>,
        /// Where.
        email: EmailAddress,
        /// Why.
        involvement: Involvement,
    },
    /// A clinician asked for an own patient and thereby answered.
    ClinicianInitiated {
        /// What they answered.
        answer: Preset,
        /// Where the confirmation goes.
        email: EmailAddress,
        /// Why a clinician takes part.
        involvement: Involvement,
    },
}

impl Outcome {
    /// The word in columns and contracts.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::ApprovedDirect { .. } => "approved_direct",
            Self::ClinicianAsked { .. } => "clinician_asked",
            Self::ClinicianInitiated { .. } => "clinician_initiated",
        }
    }

    /// Why a clinician takes part; none where none does.
    pub const fn involvement(&self) -> Option<Involvement> {
        match self {
            Self::Stopped | Self::ApprovedDirect { .. } => None,
            Self::ClinicianAsked { involvement, .. } | Self::ClinicianInitiated { involvement, .. } => {
                Some(*involvement)
            }
        }
    }
}

impl Decision {
    /// R02: the patient should not have been in the research database at all.
    pub fn is_possibly_serious(&self) -> bool {
        self.rule == Rule::R02
    }
}

/// Decides. Days are those of the UTC calendar.
pub fn decide(facts: &Facts, policy: &Policy, now: DateTime<Utc>) -> Decision {
    let mut trail = Trail::default();
    let outcome = follow(facts, policy, now.date_naive(), &mut trail).unwrap_or(Outcome::Stopped);
    let (rule, steps) = trail.finish();
    Decision { outcome, rule, steps, rules_version: RULES_VERSION }
}

/// What the tests of a patient look at.
struct Case<'a> {
    facts: &'a Facts,
    known: &'a Known,
    policy: &'a Policy,
    today: NaiveDate,
}

type Test = fn(&Case<'_>) -> Verdict;

/// The tests that each patient has to pass before anybody is approached, in their order.
const TESTS: [(Rule, Test); 9] = [
    (Rule::R02, not_excluded),
    (Rule::R03, not_dead),
    (Rule::R04, not_red),
    (Rule::R05, birthday_known),
    (Rule::R06, old_enough),
    (Rule::R07a, study_takes_discharged),
    (Rule::R07b, discharge_day_known),
    (Rule::R07c, discharged_recently),
    (Rule::R08, below_cap),
];

fn follow(facts: &Facts, policy: &Policy, today: NaiveDate, trail: &mut Trail) -> Result<Outcome, Ended> {
    trail.note(Rule::R00, id_known(&facts.subject))?;
    trail.note(Rule::R18, study_open(&facts.study, today))?;
    trail.note(Rule::R01, patient_found(&facts.subject))?;
    let Subject::Found(known) = &facts.subject else { return Err(Ended) };
    let case = Case { facts, known, policy, today };
    for (rule, test) in TESTS {
        trail.note(rule, test(&case))?;
    }
    if case.is_direct() { approve(&case, trail) } else { via_clinician(&case, trail) }
}

fn approve(case: &Case<'_>, trail: &mut Trail) -> Result<Outcome, Ended> {
    let researcher = address(&case.facts.study.lead_email, "lead researcher", case.policy, trail)?;
    trail.decide(
        Rule::R09,
        "The patient is GREEN, and the study may approach directly: the researchers are told.",
    );
    Ok(Outcome::ApprovedDirect { researcher })
}

fn via_clinician(case: &Case<'_>, trail: &mut Trail) -> Result<Outcome, Ended> {
    let (involvement, reason) = case.involvement();
    trail.note(Rule::R10, Verdict::pass(reason).with("involvement", involvement.as_str()))?;
    let best = pick_best_clinician(&case.known.clinicians, case.today);
    trail.note(Rule::R11, clinician_known(best))?;
    let clinician = best.ok_or(Ended)?;
    let to = case.facts.initiated.as_ref().map_or(clinician.email_text(), |by| by.email.as_str());
    let email = address(to, "clinician", case.policy, trail)?;
    trail.note(Rule::R14, nothing_outstanding(case.known))?;
    trail.note(Rule::R15, nothing_declined(case.known))?;
    if let Some(initiated) = &case.facts.initiated {
        trail.decide(Rule::R16, "A clinician asks for an own patient, and so has answered already.");
        return Ok(Outcome::ClinicianInitiated { answer: initiated.answer, email, involvement });
    }
    trail.decide(Rule::R17, "The clinician is asked by e-mail.");
    Ok(Outcome::ClinicianAsked { clinician: Box::new(clinician.clone()), email, involvement })
}

impl Case<'_> {
    /// R09: GREEN, direct approach asked, and the study approved for it.
    fn is_direct(&self) -> bool {
        let wanted = self.facts.direct_approach && self.facts.initiated.is_none();
        wanted && self.facts.study.direct_approach && self.known.mode.mode == Mode::Green
    }

    /// R10: why a clinician is needed.
    fn involvement(&self) -> (Involvement, &'static str) {
        if !(self.facts.direct_approach && self.facts.study.direct_approach) {
            (
                Involvement::RequestedByResearchers,
                "The researchers do not approach directly: a clinician is needed.",
            )
        } else if self.known.mode.mode == Mode::Unknown {
            (Involvement::RequiredByUnknown, "The patient was never asked: a clinician is needed.")
        } else {
            (Involvement::RequiredByYellow, "The patient wishes that a clinician be asked.")
        }
    }

    /// R07b and R07c concern only the discharged who did not consent beyond discharge.
    fn discharge_matters(&self) -> bool {
        self.known.patient.is_known_discharged() && !self.known.mode.consent_after_discharge
    }
}

fn id_known(subject: &Subject) -> Verdict {
    Verdict::stop_if(
        matches!(subject, Subject::UnknownId),
        "The identity map does not know this research id.",
        "The identity map knows the patient.",
    )
}

fn study_open(study: &Study, today: NaiveDate) -> Verdict {
    match study.closed_reason(today) {
        Some(reason) => Verdict::stop(reason),
        None => Verdict::pass("The study is open."),
    }
}

fn patient_found(subject: &Subject) -> Verdict {
    Verdict::stop_if(
        !matches!(subject, Subject::Found(_)),
        "The clinical source has no such patient.",
        "The clinical source has the patient.",
    )
}

fn not_excluded(case: &Case<'_>) -> Verdict {
    Verdict::stop_if(
        case.known.mode.exclude_entirely,
        "The patient is out of the research database altogether, and should not have been found in it. \
         This may be serious.",
        "The patient is not excluded from the research database.",
    )
}

fn not_dead(case: &Case<'_>) -> Verdict {
    Verdict::stop_if(
        case.known.patient.is_dead,
        "The patient has died.",
        "The patient is not known to be dead.",
    )
}

fn not_red(case: &Case<'_>) -> Verdict {
    let mode = case.known.mode.mode;
    Verdict::stop_if(mode == Mode::Red, "The patient does not want contact (RED).", "The patient is not RED.")
        .with("mode", mode.as_str())
}

fn birthday_known(case: &Case<'_>) -> Verdict {
    Verdict::stop_if(
        case.known.patient.born_on.is_none(),
        "The date of birth is not known.",
        "The date of birth is known.",
    )
}

fn old_enough(case: &Case<'_>) -> Verdict {
    let takes_under_16s = case.facts.study.include_under16;
    let is_under_16 = case.known.patient.age_band(case.today).is_under_16();
    Verdict::stop_if(
        is_under_16 && !takes_under_16s,
        "The patient is under 16, and the study takes nobody under 16.",
        "The patient's age suits the study.",
    )
    .with("under_16", is_under_16)
    .with("study_includes_under_16", takes_under_16s)
}

fn study_takes_discharged(case: &Case<'_>) -> Verdict {
    let status = case.known.patient.is_discharged;
    Verdict::stop_if(
        status == Some(true) && !case.facts.study.include_discharged,
        "The patient is discharged, and the study takes no discharged patients.",
        "The study takes the patient as far as discharge goes.",
    )
    .with("discharged", status.map_or("unknown", |is| if is { "true" } else { "false" }))
    .with("study_includes_discharged", case.facts.study.include_discharged)
}

fn discharge_day_known(case: &Case<'_>) -> Verdict {
    let days = case.known.patient.days_since_discharge(case.today);
    Verdict::stop_if(
        case.discharge_matters() && days.is_none(),
        format!(
            "The patient is discharged, the days since then are not known, and {} are permitted.",
            case.policy.permitted_days_after_discharge
        ),
        "No day of discharge is missing.",
    )
    .with("consent_after_discharge", case.known.mode.consent_after_discharge)
}

fn discharged_recently(case: &Case<'_>) -> Verdict {
    let permitted = case.policy.permitted_days_after_discharge;
    let days = case.known.patient.days_since_discharge(case.today).filter(|_| case.discharge_matters());
    let verdict = match days {
        Some(days) if days > i64::from(permitted) => Verdict::stop(format!(
            "The patient was discharged {days} days ago, and {permitted} are permitted."
        )),
        _ => Verdict::pass("The patient was not discharged for too long."),
    };
    verdict
        .with("days_since_discharge", days.map_or_else(|| "none".to_owned(), |days| days.to_string()))
        .with("permitted_days_after_discharge", permitted)
}

fn below_cap(case: &Case<'_>) -> Verdict {
    let (approaches, cap) = (case.known.approaches, case.known.mode.max_approaches_per_year);
    Verdict::stop_if(
        cap > 0 && approaches >= cap,
        format!(
            "The patient allows {cap} approaches in {} days, and {approaches} were made or are under way.",
            case.policy.cap_days
        ),
        "The patient's cap is not reached.",
    )
    .with("approaches", approaches)
    .with("cap", cap)
}

fn clinician_known(best: Option<&Clinician>) -> Verdict {
    match best {
        None => Verdict::stop("No clinician of the patient is known with a name and an e-mail address."),
        Some(best) => Verdict::pass("A clinician of the patient is known.").with("kind", best.kind.as_str()),
    }
}

/// R12 and R13, for whoever is to get an e-mail.
fn address(text: &str, whose: &str, policy: &Policy, trail: &mut Trail) -> Result<EmailAddress, Ended> {
    let parsed = text.parse::<EmailAddress>();
    trail.note(
        Rule::R12,
        Verdict::stop_if(
            parsed.is_err(),
            format!("The e-mail address of the {whose} is not well formed."),
            format!("The e-mail address of the {whose} is well formed."),
        ),
    )?;
    let address = parsed.map_err(|_| Ended)?;
    trail.note(
        Rule::R13,
        Verdict::stop_if(
            !address.is_in_permitted_domain(&policy.permitted_domains),
            format!("The e-mail address of the {whose} lies outside the permitted domains."),
            format!("The e-mail address of the {whose} lies in a permitted domain."),
        ),
    )?;
    Ok(address)
}

fn nothing_outstanding(known: &Known) -> Verdict {
    Verdict::warn_if(
        known.earlier.outstanding,
        "A clinician has not yet answered an earlier request for the same patient and study.",
        "No earlier request for the same patient and study is unanswered.",
    )
}

fn nothing_declined(known: &Known) -> Verdict {
    Verdict::warn_if(
        known.earlier.declined,
        "A clinician declined an earlier request for the same patient and study.",
        "No earlier request for the same patient and study was declined.",
    )
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
