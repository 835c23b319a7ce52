//! Medication over time: started, raised while it does not help, changed, lowered when all is well.

use chrono::NaiveDate;

use super::conditions::{Companion, Condition};
use super::drugs::{Dose, Drug};
use super::rhythm::Stop;
use crate::generator::Generator;

/// One dose for one stretch of time.
pub(crate) struct Prescription {
    pub dose: Dose,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
}

/// What was changed at a contact.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Started(Dose),
    Raised { from: Dose, to: Dose },
    Lowered { from: Dose, to: Dose },
    Switched { from: Dose, to: Dose },
}

impl Change {
    /// The dose from now on.
    const fn dose(self) -> Dose {
        match self {
            Self::Started(to)
            | Self::Raised { to, .. }
            | Self::Lowered { to, .. }
            | Self::Switched { to, .. } => to,
        }
    }
}

/// The treatment as it stands.
pub(crate) struct Treatment {
    untried: std::slice::Iter<'static, &'static Drug>,
    /// The stretches of the main drug; the last one goes on.
    main: Vec<Prescription>,
    /// The drug of the second illness.
    companion: Option<Prescription>,
}

impl Treatment {
    pub(crate) fn new(
        condition: &'static Condition,
        companion: Option<&'static Companion>,
        patient: u64,
        since: NaiveDate,
    ) -> Self {
        let drug = companion.and_then(|companion| companion.drug);
        Self {
            untried: condition.ladder.iter(),
            main: Vec::new(),
            companion: drug.map(|drug| Prescription {
                dose: Dose::chosen(drug, patient),
                started_on: since,
                ended_on: None,
            }),
        }
    }

    /// What is taken now.
    pub(crate) fn doses(&self) -> Vec<Dose> {
        self.main.last().into_iter().chain(&self.companion).map(|prescription| prescription.dose).collect()
    }

    /// Changes the treatment if that is called for.
    pub(crate) fn decide(&mut self, on: NaiveDate, stop: &Stop, generator: &mut Generator) -> Option<Change> {
        let Some((from, since)) = self.main.last().map(|last| (last.dose, last.started_on)) else {
            let to = Dose::lowest(self.untried.next()?);
            self.take(to, on);
            return Some(Change::Started(to));
        };
        let settled = (on - since).num_days() >= 24;
        let change = match stop.severity {
            60.. if settled && generator.chance(40) => self.step_up(from)?,
            0..25 if settled && generator.chance(4) => Change::Lowered { from, to: from.reduced()? },
            _ => return None,
        };
        self.take(change.dose(), on);
        Some(change)
    }

    /// All stretches; for the dead none goes on.
    pub(crate) fn end(self, died_on: Option<NaiveDate>) -> Vec<Prescription> {
        let all = self.main.into_iter().chain(self.companion);
        all.map(|prescription| Prescription { ended_on: prescription.ended_on.or(died_on), ..prescription })
            .collect()
    }

    fn step_up(&mut self, from: Dose) -> Option<Change> {
        match from.increased() {
            Some(to) => Some(Change::Raised { from, to }),
            None => Some(Change::Switched { from, to: Dose::lowest(self.untried.next()?) }),
        }
    }

    fn take(&mut self, dose: Dose, on: NaiveDate) {
        if let Some(last) = self.main.last_mut() {
            last.ended_on = on.pred_opt();
        }
        self.main.push(Prescription { dose, started_on: on, ended_on: None });
    }
}
