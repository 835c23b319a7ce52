//! The illnesses of the demo: what each is called, how it is treated, rated and watched.

use super::drugs::{self, Drug};
use super::laboratory::{self, Test};
use super::scores::{self, Instrument};
use crate::generator::Generator;

/// An illness.
pub(crate) struct Condition {
    /// The section of its sentences.
    pub name: &'static str,
    /// Code and description by ICD-10.
    pub diagnoses: &'static [Diagnosis],
    /// In the order in which they are tried.
    pub ladder: &'static [&'static Drug],
    pub instruments: &'static [&'static Instrument],
    pub tests: &'static [&'static Test],
    pub team: &'static str,
    /// Of how many patients in a hundred.
    share: u64,
}

/// A diagnosis by ICD-10.
#[derive(Clone, Copy)]
pub(crate) struct Diagnosis {
    pub code: &'static str,
    pub description: &'static str,
}

/// A second illness, and the drug that goes with it.
pub(crate) struct Companion {
    /// In the words of the notes.
    pub plain: &'static str,
    pub diagnosis: Diagnosis,
    pub drug: Option<&'static Drug>,
}

const fn icd(code: &'static str, description: &'static str) -> Diagnosis {
    Diagnosis { code, description }
}

impl Condition {
    /// The illness of somebody of this age.
    pub(crate) fn of(age: i32, generator: &mut Generator) -> &'static Self {
        let old = age >= 68 && generator.chance(60);
        let mut place = generator.below(CONDITIONS.iter().map(|condition| condition.share).sum());
        if age < 16 {
            return &ATTENTION;
        }
        if old {
            return &DEMENTIA;
        }
        for condition in CONDITIONS {
            if place < condition.share {
                return condition;
            }
            place -= condition.share;
        }
        &DEPRESSION
    }
}

const CONDITIONS: &[&Condition] = &[
    &DEPRESSION,
    &ANXIETY,
    &OBSESSION,
    &TRAUMA,
    &BIPOLAR,
    &PSYCHOSIS,
    &PERSONALITY,
    &ALCOHOL,
    &OPIOIDS,
    &EATING,
    &ATTENTION,
];

const DEPRESSION: Condition = Condition {
    name: "depression",
    diagnoses: &[
        icd("F32.1", "Moderate depressive episode"),
        icd("F32.2", "Severe depressive episode without psychotic symptoms"),
        icd("F33.1", "Recurrent depressive disorder, current episode moderate"),
        icd("F33.2", "Recurrent depressive disorder, current episode severe without psychotic symptoms"),
    ],
    ladder: &[&drugs::SERTRALINE, &drugs::MIRTAZAPINE, &drugs::VENLAFAXINE, &drugs::LITHIUM],
    instruments: &[&scores::PHQ9, &scores::GAD7, &scores::HONOS],
    tests: &[&laboratory::TSH, &laboratory::HAEMOGLOBIN, &laboratory::VITAMIN_B12],
    team: "Adult community team",
    share: 26,
};

const ANXIETY: Condition = Condition {
    name: "anxiety",
    diagnoses: &[
        icd("F41.1", "Generalized anxiety disorder"),
        icd("F41.0", "Panic disorder [episodic paroxysmal anxiety]"),
        icd("F40.0", "Agoraphobia"),
        icd("F40.1", "Social phobias"),
    ],
    ladder: &[&drugs::CITALOPRAM, &drugs::DULOXETINE, &drugs::PREGABALIN],
    instruments: &[&scores::GAD7, &scores::PHQ9, &scores::CORE10],
    tests: &[&laboratory::TSH, &laboratory::HAEMOGLOBIN],
    team: "Adult community team",
    share: 12,
};

const OBSESSION: Condition = Condition {
    name: "obsession",
    diagnoses: &[
        icd("F42.0", "Predominantly obsessional thoughts or ruminations"),
        icd("F42.2", "Mixed obsessional thoughts and acts"),
    ],
    ladder: &[&drugs::FLUOXETINE, &drugs::CLOMIPRAMINE, &drugs::ARIPIPRAZOLE],
    instruments: &[&scores::YBOCS, &scores::PHQ9],
    tests: &[&laboratory::TSH],
    team: "Adult community team",
    share: 5,
};

const TRAUMA: Condition = Condition {
    name: "trauma",
    diagnoses: &[
        icd("F43.1", "Post-traumatic stress disorder"),
        icd("F62.0", "Enduring personality change after catastrophic experience"),
    ],
    ladder: &[&drugs::SERTRALINE, &drugs::VENLAFAXINE, &drugs::PRAZOSIN],
    instruments: &[&scores::PCL5, &scores::PHQ9, &scores::GAD7],
    tests: &[&laboratory::HAEMOGLOBIN, &laboratory::CRP],
    team: "Adult community team",
    share: 8,
};

const BIPOLAR: Condition = Condition {
    name: "bipolar",
    diagnoses: &[
        icd("F31.1", "Bipolar affective disorder, current episode manic without psychotic symptoms"),
        icd("F31.3", "Bipolar affective disorder, current episode mild or moderate depression"),
        icd("F31.6", "Bipolar affective disorder, current episode mixed"),
    ],
    ladder: &[&drugs::LITHIUM, &drugs::QUETIAPINE, &drugs::VALPROATE, &drugs::LAMOTRIGINE],
    instruments: &[&scores::YMRS, &scores::PHQ9, &scores::HONOS],
    tests: &[&laboratory::CREATININE, &laboratory::TSH, &laboratory::SODIUM],
    team: "Recovery team",
    share: 11,
};

const PSYCHOSIS: Condition = Condition {
    name: "psychosis",
    diagnoses: &[
        icd("F20.0", "Paranoid schizophrenia"),
        icd("F25.0", "Schizoaffective disorder, manic type"),
        icd("F22.0", "Delusional disorder"),
        icd("F23.1", "Acute polymorphic psychotic disorder with symptoms of schizophrenia"),
    ],
    ladder: &[
        &drugs::ARIPIPRAZOLE,
        &drugs::OLANZAPINE,
        &drugs::RISPERIDONE,
        &drugs::PALIPERIDONE,
        &drugs::CLOZAPINE,
    ],
    instruments: &[&scores::BPRS, &scores::HONOS],
    tests: &[&laboratory::HBA1C, &laboratory::CHOLESTEROL, &laboratory::PROLACTIN],
    team: "Early intervention team",
    share: 15,
};

const PERSONALITY: Condition = Condition {
    name: "personality",
    diagnoses: &[
        icd("F60.3", "Emotionally unstable personality disorder"),
        icd("F61", "Mixed and other personality disorders"),
    ],
    ladder: &[&drugs::FLUOXETINE, &drugs::LAMOTRIGINE, &drugs::QUETIAPINE],
    instruments: &[&scores::CORE10, &scores::PHQ9, &scores::HONOS],
    tests: &[&laboratory::HAEMOGLOBIN, &laboratory::POTASSIUM],
    team: "Adult community team",
    share: 8,
};

const DEMENTIA: Condition = Condition {
    name: "dementia",
    diagnoses: &[
        icd("F00.1", "Dementia in Alzheimer disease with late onset"),
        icd("F01.1", "Multi-infarct dementia"),
        icd("F00.2", "Dementia in Alzheimer disease, atypical or mixed type"),
        icd("F06.7", "Mild cognitive disorder"),
    ],
    ladder: &[&drugs::DONEPEZIL, &drugs::MEMANTINE],
    instruments: &[&scores::MMSE, &scores::ACE3, &scores::HONOS],
    tests: &[&laboratory::VITAMIN_B12, &laboratory::FOLATE, &laboratory::TSH, &laboratory::CRP],
    team: "Older people's team",
    share: 0,
};

const ALCOHOL: Condition = Condition {
    name: "alcohol",
    diagnoses: &[
        icd("F10.2", "Mental and behavioural disorders due to use of alcohol, dependence syndrome"),
        icd("F10.1", "Mental and behavioural disorders due to use of alcohol, harmful use"),
    ],
    ladder: &[&drugs::ACAMPROSATE, &drugs::NALTREXONE, &drugs::SERTRALINE],
    instruments: &[&scores::AUDIT, &scores::PHQ9],
    tests: &[&laboratory::GGT, &laboratory::ALT, &laboratory::HAEMOGLOBIN],
    team: "Drug and alcohol service",
    share: 6,
};

const OPIOIDS: Condition = Condition {
    name: "opioids",
    diagnoses: &[icd("F11.2", "Mental and behavioural disorders due to use of opioids, dependence syndrome")],
    ladder: &[&drugs::METHADONE, &drugs::BUPRENORPHINE],
    instruments: &[&scores::SDS, &scores::PHQ9],
    tests: &[&laboratory::ALT, &laboratory::GGT, &laboratory::CRP],
    team: "Drug and alcohol service",
    share: 3,
};

const EATING: Condition = Condition {
    name: "eating",
    diagnoses: &[icd("F50.0", "Anorexia nervosa"), icd("F50.2", "Bulimia nervosa")],
    ladder: &[&drugs::FLUOXETINE, &drugs::OLANZAPINE],
    instruments: &[&scores::EAT26, &scores::PHQ9],
    tests: &[&laboratory::POTASSIUM, &laboratory::PHOSPHATE, &laboratory::HAEMOGLOBIN],
    team: "Eating disorders service",
    share: 3,
};

const ATTENTION: Condition = Condition {
    name: "attention",
    diagnoses: &[icd("F90.0", "Disturbance of activity and attention")],
    ladder: &[&drugs::METHYLPHENIDATE, &drugs::LISDEXAMFETAMINE],
    instruments: &[&scores::ASRS, &scores::GAD7],
    tests: &[&laboratory::HAEMOGLOBIN],
    team: "Neurodevelopmental service",
    share: 3,
};

/// Illnesses that some patients have beside the main one.
pub(crate) const COMPANIONS: [Companion; 7] = [
    Companion {
        plain: "diabetes",
        diagnosis: icd("E11.9", "Type 2 diabetes mellitus without complications"),
        drug: Some(&drugs::METFORMIN),
    },
    Companion {
        plain: "high blood pressure",
        diagnosis: icd("I10", "Essential (primary) hypertension"),
        drug: Some(&drugs::AMLODIPINE),
    },
    Companion {
        plain: "an underactive thyroid",
        diagnosis: icd("E03.9", "Hypothyroidism, unspecified"),
        drug: Some(&drugs::LEVOTHYROXINE),
    },
    Companion {
        plain: "tobacco dependence",
        diagnosis: icd(
            "F17.2",
            "Mental and behavioural disorders due to use of tobacco, dependence syndrome",
        ),
        drug: None,
    },
    Companion { plain: "asthma", diagnosis: icd("J45.9", "Asthma, unspecified"), drug: None },
    Companion { plain: "low back pain", diagnosis: icd("M54.5", "Low back pain"), drug: None },
    Companion { plain: "migraine", diagnosis: icd("G43.9", "Migraine, unspecified"), drug: None },
];
