//! The pack for a patient: the clinician's letter, the study's details, and the forms to send back.

use coffer_letters::letters::{AskedBecause, ClinicianLetter, StudyDecisionForm, TrafficLightForm};
use coffer_letters::{Clinician as LetterClinician, LetterError, Pdf, TextSize, Typesetter, join};

use super::{About, words};
use crate::domain::answer::Involvement;
use crate::domain::clinician::Clinician;
use crate::domain::mode::Mode;

/// The PDFs that others made.
#[derive(Clone, Default)]
pub struct Enclosures {
    /// The study's details for participants.
    pub details: Vec<u8>,
    /// The researchers' form for a clinician, if it is wanted.
    pub extra_form: Option<Vec<u8>>,
    /// The leaflet about taking part in research; none when nobody has filed it.
    pub leaflet: Option<Vec<u8>>,
}

/// Why and how a patient is written to.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// Who writes.
    pub clinician: &'a Clinician,
    /// Why a clinician takes part.
    pub involvement: Involvement,
    /// The patient's general choice: one who never made it gets the form for it too.
    pub mode: Mode,
    /// How large letter and forms are set.
    pub text_size: TextSize,
}

/// All that goes into a pack.
pub struct Pack {
    pub(super) letter: ClinicianLetter,
    decision_form: StudyDecisionForm,
    traffic_light_form: Option<TrafficLightForm>,
    enclosures: Enclosures,
}

/// The pack of a request.
pub fn pack(about: About<'_>, invitation: Invitation<'_>, enclosures: Enclosures) -> Pack {
    let Invitation { clinician, involvement, mode, text_size } = invitation;
    let About { code, study, patient, today } = about;
    let age = words::age(patient, today);
    let identity = words::identity(patient);
    let extra_form = enclosures.extra_form.is_some();
    let traffic_light_form = (mode == Mode::Unknown).then(|| TrafficLightForm {
        date: today.into(),
        patient: Some(identity.clone()),
        age,
        text_size,
    });
    let decision_form = StudyDecisionForm {
        date: today.into(),
        patient: identity.clone(),
        age,
        study: words::study(study),
        request_code: code.to_owned(),
        extra_form,
        text_size,
    };
    let letter = ClinicianLetter {
        date: today.into(),
        clinician: signing(clinician),
        patient: words::addressee(patient),
        identity,
        gp: words::gp(patient),
        age,
        study: words::study(study),
        because: because(involvement),
        extra_form,
        traffic_light_form: traffic_light_form.is_some(),
        leaflet: enclosures.leaflet.is_some(),
        text_size,
    };
    Pack { letter, decision_form, traffic_light_form, enclosures }
}

impl Pack {
    /// Sets and joins the parts, in their order.
    pub(super) fn set(&self, typesetter: &Typesetter) -> Result<Pdf, LetterError> {
        let letter = typesetter.set(&self.letter)?;
        let decision_form = typesetter.set(&self.decision_form)?;
        let traffic_light_form =
            self.traffic_light_form.as_ref().map(|form| typesetter.set(form)).transpose()?;
        let parts = [
            Some(letter.bytes.as_slice()),
            Some(self.enclosures.details.as_slice()),
            Some(decision_form.bytes.as_slice()),
            self.enclosures.extra_form.as_deref(),
            traffic_light_form.as_ref().map(|form| form.bytes.as_slice()),
            self.enclosures.leaflet.as_deref(),
        ];
        join(&parts.into_iter().flatten().collect::<Vec<_>>())
    }
}

const fn because(involvement: Involvement) -> AskedBecause {
    match involvement {
        Involvement::RequestedByResearchers => AskedBecause::ResearchersWish,
        Involvement::RequiredByYellow => AskedBecause::Yellow,
        Involvement::RequiredByUnknown => AskedBecause::Unknown,
    }
}

fn signing(clinician: &Clinician) -> LetterClinician {
    LetterClinician {
        name: clinician.name(),
        title: clinician.signatory_title.clone(),
        address: clinician.address.clone(),
    }
}
