//! The clinical source: demographics, clinicians and consent, in the columns that the SQL contract asks for.
//! A hospital would have views of these names over its own tables; the demo has tables.

use chrono::NaiveDate;

use crate::clinicians::DemoClinician;
use crate::consent::{DemoConsent, Evidence};
use crate::patients::{DemoPatient, patients};
use crate::sql::{date, insert, moment, optional_text, text, texts};

const TABLES: &str = "\
create table coffer_patient (
    nhs_number     text primary key,
    local_id_label text not null,
    local_id       text not null,
    title          text not null,
    first_name     text not null,
    last_name      text not null,
    born_on        date,
    died_on        date,
    is_dead        boolean not null,
    sex            text not null check (sex in ('M', 'F', 'X', '?')),
    address        text[] not null,
    telephone      text,
    email          text,
    gp_name        text,
    gp_address     text[] not null,
    is_discharged  boolean,
    discharged_on  date
);
create table coffer_clinician (
    nhs_number      text not null references coffer_patient,
    kind            text not null check (kind in ('care_coordinator', 'consultant', 'professional', 'team')),
    title           text not null,
    first_name      text not null,
    last_name       text not null,
    email           text,
    signatory_title text not null,
    is_consultant   boolean not null,
    started_on      date not null,
    ended_on        date,
    address         text[] not null
);
create index on coffer_clinician (nhs_number);
create table coffer_consent (
    nhs_number                             text not null references coffer_patient,
    mode                                   text not null check (mode in ('red', 'yellow', 'green')),
    exclude_entirely                       boolean not null,
    prefers_email                          boolean not null,
    decided_at                             timestamptz not null,
    max_approaches_per_year                integer not null,
    consent_after_discharge                boolean not null,
    signed_by_patient                      boolean not null,
    otherwise_authorised_by_patient        boolean not null,
    under16_signed_by_parent               boolean not null,
    under16_signed_by_clinician            boolean not null,
    lack_capacity_signed_by_representative boolean not null,
    lack_capacity_signed_by_clinician      boolean not null
);
create index on coffer_consent (nhs_number, decided_at);
";

/// The script that makes and fills the database.
pub fn clinical_source_sql(today: NaiveDate) -> String {
    let all = patients(today);
    let clinicians = all
        .iter()
        .flat_map(|patient| patient.clinicians.iter().map(|clinician| clinician_row(patient, clinician)));
    let consents = all.iter().filter_map(|patient| Some(consent_row(patient, patient.consent.as_ref()?)));
    [
        "begin;\n",
        TABLES,
        &insert("coffer_patient", all.iter().map(patient_row)),
        &insert("coffer_clinician", clinicians),
        &insert("coffer_consent", consents),
        "commit;\n",
    ]
    .concat()
}

fn patient_row(patient: &DemoPatient) -> Vec<String> {
    vec![
        text(&patient.nhs_number.to_string()),
        text("Larkfield number"),
        text(&patient.pid),
        text(patient.title),
        text(patient.first_name),
        text(patient.last_name),
        date(patient.born_on),
        date(patient.died_on),
        patient.died_on.is_some().to_string(),
        text(patient.sex),
        texts(&patient.address),
        text(&patient.telephone),
        optional_text(patient.email.as_deref()),
        text(&patient.gp_name),
        texts(&patient.gp_address),
        patient.discharged_on.is_some().to_string(),
        date(patient.discharged_on),
    ]
}

fn clinician_row(patient: &DemoPatient, clinician: &DemoClinician) -> Vec<String> {
    vec![
        text(&patient.nhs_number.to_string()),
        text(clinician.kind),
        text(clinician.title),
        text(clinician.first_name),
        text(clinician.last_name),
        text(&clinician.email),
        text(clinician.signatory_title),
        (clinician.kind == "consultant").to_string(),
        date(Some(clinician.started_on)),
        date(None),
        texts(&clinician.address),
    ]
}

fn consent_row(patient: &DemoPatient, consent: &DemoConsent) -> Vec<String> {
    let signed_by = |evidence| (consent.evidence == evidence).to_string();
    vec![
        text(&patient.nhs_number.to_string()),
        text(consent.mode.as_str()),
        consent.exclude_entirely.to_string(),
        consent.prefers_email.to_string(),
        moment(consent.decided_at),
        consent.max_approaches_per_year.to_string(),
        consent.consent_after_discharge.to_string(),
        signed_by(Evidence::Patient),
        false.to_string(),
        signed_by(Evidence::ParentAndClinician),
        signed_by(Evidence::ParentAndClinician),
        signed_by(Evidence::RepresentativeAndClinician),
        signed_by(Evidence::RepresentativeAndClinician),
    ]
}
