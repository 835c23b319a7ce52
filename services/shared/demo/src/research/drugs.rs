//! The drugs of the demo: their doses from low to high, and which blood tests they call for.

use super::laboratory::{
    ALT, CHOLESTEROL, CLOZAPINE_LEVEL, CREATININE, EGFR, HBA1C, LITHIUM_LEVEL, NEUTROPHILS, PROLACTIN,
    SODIUM, TSH, Test, VALPROATE_LEVEL,
};

/// A drug.
pub(crate) struct Drug {
    pub name: &'static str,
    pub doses: &'static [&'static str],
    pub unit: &'static str,
    pub route: &'static str,
    pub frequency: &'static str,
    /// The section of sentences about its side effects.
    pub effects: &'static str,
    pub monitoring: &'static [&'static Test],
}

/// A drug in one of its doses.
#[derive(Clone, Copy)]
pub(crate) struct Dose {
    pub drug: &'static Drug,
    step: usize,
}

impl Dose {
    /// The lowest dose.
    pub(crate) const fn lowest(drug: &'static Drug) -> Self {
        Self { drug, step: 0 }
    }

    /// The dose of the drug that a patient keeps for other illnesses, as `of` chooses.
    pub(crate) fn chosen(drug: &'static Drug, of: u64) -> Self {
        let steps = drug.doses.len().max(1) as u64;
        Self { drug, step: usize::try_from(of % steps).unwrap_or_default() }
    }

    pub(crate) fn increased(self) -> Option<Self> {
        let step = self.step + 1;
        (step < self.drug.doses.len()).then_some(Self { step, ..self })
    }

    pub(crate) fn reduced(self) -> Option<Self> {
        Some(Self { step: self.step.checked_sub(1)?, ..self })
    }

    pub(crate) fn amount(self) -> &'static str {
        self.drug.doses.get(self.step).copied().unwrap_or_default()
    }
}

const SSRI: Drug = Drug {
    name: "sertraline",
    doses: &["50", "100", "150", "200"],
    unit: "mg",
    route: "oral",
    frequency: "once daily",
    effects: "effects.antidepressant",
    monitoring: &[&SODIUM],
};

const ANTIPSYCHOTIC: Drug = Drug {
    name: "olanzapine",
    doses: &["5", "10", "15", "20"],
    frequency: "at night",
    effects: "effects.antipsychotic",
    monitoring: &[&HBA1C, &CHOLESTEROL, &PROLACTIN, &ALT],
    ..SSRI
};

pub(crate) const SERTRALINE: Drug = SSRI;
pub(crate) const CITALOPRAM: Drug = Drug { name: "citalopram", doses: &["10", "20", "40"], ..SSRI };
pub(crate) const FLUOXETINE: Drug = Drug { name: "fluoxetine", doses: &["20", "40", "60"], ..SSRI };
pub(crate) const MIRTAZAPINE: Drug =
    Drug { name: "mirtazapine", doses: &["15", "30", "45"], frequency: "at night", ..SSRI };
pub(crate) const VENLAFAXINE: Drug = Drug { name: "venlafaxine", doses: &["75", "150", "225"], ..SSRI };
pub(crate) const DULOXETINE: Drug = Drug { name: "duloxetine", doses: &["60", "90", "120"], ..SSRI };
pub(crate) const PREGABALIN: Drug = Drug {
    name: "pregabalin",
    doses: &["75", "150", "225"],
    frequency: "twice daily",
    effects: "effects.sedative",
    monitoring: &[&EGFR],
    ..SSRI
};
pub(crate) const PRAZOSIN: Drug = Drug {
    name: "prazosin",
    doses: &["1", "2", "5"],
    frequency: "at night",
    effects: "effects.sedative",
    monitoring: &[],
    ..SSRI
};
pub(crate) const CLOMIPRAMINE: Drug =
    Drug { name: "clomipramine", doses: &["50", "100", "150"], frequency: "at night", ..SSRI };
pub(crate) const OLANZAPINE: Drug = ANTIPSYCHOTIC;
pub(crate) const QUETIAPINE: Drug =
    Drug { name: "quetiapine", doses: &["100", "200", "300", "400", "600"], ..ANTIPSYCHOTIC };
pub(crate) const RISPERIDONE: Drug =
    Drug { name: "risperidone", doses: &["1", "2", "4", "6"], ..ANTIPSYCHOTIC };
pub(crate) const ARIPIPRAZOLE: Drug = Drug {
    name: "aripiprazole",
    doses: &["5", "10", "15", "20", "30"],
    frequency: "once daily",
    ..ANTIPSYCHOTIC
};
pub(crate) const PALIPERIDONE: Drug = Drug {
    name: "paliperidone palmitate",
    doses: &["75", "100", "150"],
    route: "intramuscular",
    frequency: "every four weeks",
    ..ANTIPSYCHOTIC
};
pub(crate) const CLOZAPINE: Drug = Drug {
    name: "clozapine",
    doses: &["100", "200", "300", "400"],
    effects: "effects.clozapine",
    monitoring: &[&CLOZAPINE_LEVEL, &NEUTROPHILS, &HBA1C],
    ..ANTIPSYCHOTIC
};
pub(crate) const LITHIUM: Drug = Drug {
    name: "lithium carbonate",
    doses: &["400", "600", "800", "1000"],
    frequency: "at night",
    effects: "effects.lithium",
    monitoring: &[&LITHIUM_LEVEL, &CREATININE, &EGFR, &TSH],
    ..SSRI
};
pub(crate) const VALPROATE: Drug = Drug {
    name: "sodium valproate",
    doses: &["500", "750", "1000"],
    frequency: "twice daily",
    effects: "effects.sedative",
    monitoring: &[&VALPROATE_LEVEL, &ALT],
    ..SSRI
};
pub(crate) const LAMOTRIGINE: Drug = Drug {
    name: "lamotrigine",
    doses: &["25", "50", "100", "200"],
    effects: "effects.sedative",
    monitoring: &[],
    ..SSRI
};
pub(crate) const DONEPEZIL: Drug = Drug {
    name: "donepezil",
    doses: &["5", "10"],
    frequency: "at night",
    effects: "effects.dementia",
    monitoring: &[],
    ..SSRI
};
pub(crate) const MEMANTINE: Drug = Drug {
    name: "memantine",
    doses: &["5", "10", "15", "20"],
    effects: "effects.dementia",
    monitoring: &[&EGFR],
    ..SSRI
};
pub(crate) const ACAMPROSATE: Drug = Drug {
    name: "acamprosate",
    doses: &["333", "666"],
    frequency: "three times daily",
    effects: "effects.addiction",
    monitoring: &[&ALT, &EGFR],
    ..SSRI
};
pub(crate) const NALTREXONE: Drug = Drug {
    name: "naltrexone",
    doses: &["25", "50"],
    effects: "effects.addiction",
    monitoring: &[&ALT],
    ..SSRI
};
pub(crate) const METHADONE: Drug = Drug {
    name: "methadone",
    doses: &["30", "40", "50", "60", "70"],
    effects: "effects.addiction",
    monitoring: &[&ALT],
    ..SSRI
};
pub(crate) const BUPRENORPHINE: Drug = Drug {
    name: "buprenorphine",
    doses: &["4", "8", "12", "16"],
    route: "sublingual",
    effects: "effects.addiction",
    monitoring: &[&ALT],
    ..SSRI
};
pub(crate) const METHYLPHENIDATE: Drug = Drug {
    name: "methylphenidate",
    doses: &["18", "27", "36", "54"],
    frequency: "in the morning",
    effects: "effects.stimulant",
    monitoring: &[],
    ..SSRI
};
pub(crate) const LISDEXAMFETAMINE: Drug =
    Drug { name: "lisdexamfetamine", doses: &["30", "50", "70"], ..METHYLPHENIDATE };
pub(crate) const METFORMIN: Drug = Drug {
    name: "metformin",
    doses: &["500", "1000"],
    frequency: "twice daily",
    effects: "effects.other",
    monitoring: &[&HBA1C],
    ..SSRI
};
pub(crate) const AMLODIPINE: Drug =
    Drug { name: "amlodipine", doses: &["5", "10"], effects: "effects.other", monitoring: &[], ..SSRI };
pub(crate) const LEVOTHYROXINE: Drug = Drug {
    name: "levothyroxine",
    doses: &["50", "75", "100"],
    unit: "micrograms",
    frequency: "in the morning",
    effects: "effects.other",
    monitoring: &[&TSH],
    ..SSRI
};
