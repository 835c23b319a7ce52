create table data_refresh (
    refreshed_at timestamptz not null
);
comment on table data_refresh is 'When the data was last taken over from the clinical systems';
comment on column data_refresh.refreshed_at is 'The moment of the last refresh';

create table patient (
    rid                text primary key,
    mrid               text not null unique,
    trid               bigint not null unique,
    sex                text not null,
    year_of_birth      integer,
    is_dead            boolean not null,
    is_discharged      boolean not null,
    ethnicity          text,
    deprivation_decile integer,
    first_seen_on      date not null
);
comment on table patient is 'One row per patient, without identity';
comment on column patient.rid is 'Research id';
comment on column patient.mrid is 'Research id that is the same in all databases';
comment on column patient.trid is 'Short research id, for fast joins within this database only';
comment on column patient.sex is 'M, F, X or ?';
comment on column patient.year_of_birth is 'Year of birth; empty when it is not known';
comment on column patient.is_dead is 'Whether the patient has died';
comment on column patient.is_discharged is 'Whether the patient is discharged from all services of the trust';
comment on column patient.ethnicity is 'Ethnic group, as the patient stated it; empty when not stated';
comment on column patient.deprivation_decile is 'Deprivation of the area of residence: 1 is the most deprived tenth';
comment on column patient.first_seen_on is 'Day of the first contact with the trust';

create table referral (
    referral_id bigint primary key,
    rid         text not null,
    trid        bigint not null,
    referred_on date not null,
    source      text not null,
    team        text not null,
    urgency     text not null,
    reason      text not null,
    closed_on   date
);
comment on table referral is 'Referrals to the teams of the trust';
comment on column referral.referral_id is 'Number of the row';
comment on column referral.rid is 'Research id of the patient';
comment on column referral.trid is 'Short research id of the patient';
comment on column referral.referred_on is 'Day on which the referral arrived';
comment on column referral.source is 'Who referred the patient';
comment on column referral.team is 'The team that the patient was referred to';
comment on column referral.urgency is 'Routine, Urgent or Emergency';
comment on column referral.reason is 'Reason, in a few words';
comment on column referral.closed_on is 'Day on which the referral was closed; empty while it is open';

create table diagnosis (
    diagnosis_id bigint primary key,
    rid          text not null,
    trid         bigint not null,
    diagnosed_on date not null,
    icd10_code   text not null,
    description  text not null,
    is_primary   boolean not null
);
comment on table diagnosis is 'Diagnoses by ICD-10';
comment on column diagnosis.diagnosis_id is 'Number of the row';
comment on column diagnosis.rid is 'Research id of the patient';
comment on column diagnosis.trid is 'Short research id of the patient';
comment on column diagnosis.diagnosed_on is 'Day of the diagnosis';
comment on column diagnosis.icd10_code is 'Code of ICD-10, such as F33.1';
comment on column diagnosis.description is 'The description that belongs to the code';
comment on column diagnosis.is_primary is 'Whether it is the main reason for treatment';

create table admission (
    admission_id          bigint primary key,
    rid                   text not null,
    trid                  bigint not null,
    admitted_on           date not null,
    discharged_on         date,
    ward                  text not null,
    legal_status          text not null,
    discharge_destination text
);
comment on table admission is 'Stays on the wards of the trust';
comment on column admission.admission_id is 'Number of the row';
comment on column admission.rid is 'Research id of the patient';
comment on column admission.trid is 'Short research id of the patient';
comment on column admission.admitted_on is 'First day of the stay';
comment on column admission.discharged_on is 'Last day of the stay; empty while it lasts';
comment on column admission.ward is 'Kind of the ward';
comment on column admission.legal_status is 'Informal, or the section of the Mental Health Act 1983';
comment on column admission.discharge_destination is 'Where the patient went; empty while the stay lasts';

create table medication (
    medication_id bigint primary key,
    rid           text not null,
    trid          bigint not null,
    drug          text not null,
    dose          numeric not null,
    unit          text not null,
    route         text not null,
    frequency     text not null,
    started_on    date not null,
    ended_on      date
);
comment on table medication is 'Prescribed medication; a new dose is a new row';
comment on column medication.medication_id is 'Number of the row';
comment on column medication.rid is 'Research id of the patient';
comment on column medication.trid is 'Short research id of the patient';
comment on column medication.drug is 'Generic name in lower case';
comment on column medication.dose is 'Amount per administration';
comment on column medication.unit is 'Unit of the dose';
comment on column medication.route is 'oral or intramuscular';
comment on column medication.frequency is 'How often';
comment on column medication.started_on is 'First day of this dose';
comment on column medication.ended_on is 'Last day of this dose; empty while it is taken';

create table laboratory_result (
    result_id  bigint primary key,
    rid        text not null,
    trid       bigint not null,
    taken_on   date not null,
    test       text not null,
    value      numeric not null,
    unit       text not null,
    range_low  numeric,
    range_high numeric,
    flag       text
);
comment on table laboratory_result is 'Results of blood tests';
comment on column laboratory_result.result_id is 'Number of the row';
comment on column laboratory_result.rid is 'Research id of the patient';
comment on column laboratory_result.trid is 'Short research id of the patient';
comment on column laboratory_result.taken_on is 'Day on which the blood was taken';
comment on column laboratory_result.test is 'What was measured';
comment on column laboratory_result.value is 'The result';
comment on column laboratory_result.unit is 'Unit of value and range';
comment on column laboratory_result.range_low is 'Lowest normal value; empty when there is no lower limit';
comment on column laboratory_result.range_high is 'Highest normal value; empty when there is no upper limit';
comment on column laboratory_result.flag is 'L below the range, H above it, else empty';

create table score (
    score_id   bigint primary key,
    rid        text not null,
    trid       bigint not null,
    scored_on  date not null,
    instrument text not null,
    total      integer not null,
    maximum    integer not null
);
comment on table score is 'Total scores of questionnaires and rating scales';
comment on column score.score_id is 'Number of the row';
comment on column score.rid is 'Research id of the patient';
comment on column score.trid is 'Short research id of the patient';
comment on column score.scored_on is 'Day of the rating';
comment on column score.instrument is 'Such as PHQ-9, GAD-7, HoNOS or MMSE';
comment on column score.total is 'The total; for MMSE and ACE-III more is better, for all others worse';
comment on column score.maximum is 'The highest total that the instrument has';

create table note (
    note_id    integer primary key,
    rid        text not null,
    trid       bigint not null,
    written_on date not null,
    kind       text not null,
    author     text not null,
    team       text not null,
    body       text not null,
    updated_at timestamptz not null
);
comment on table note is 'Clinical notes with names, numbers and places removed';
comment on column note.note_id is 'Number of the note';
comment on column note.rid is 'Research id of the patient';
comment on column note.trid is 'Short research id of the patient';
comment on column note.written_on is 'Day of the contact';
comment on column note.kind is 'Progress note, Telephone contact, Ward round, Core assessment, Risk assessment, Care plan, Discharge summary or Clinic letter';
comment on column note.author is 'Profession of the author';
comment on column note.team is 'Team or ward of the author';
comment on column note.body is 'The text; names and places are replaced by marks such as [NAME]';
comment on column note.updated_at is 'When the note was last changed in the clinical system';

create table nlp_result (
    nlp_id            bigint primary key,
    rid               text not null,
    trid              bigint not null,
    processor         text not null,
    variable          text not null,
    value             numeric not null,
    unit              text,
    matched           text not null,
    _srcdb            text not null,
    _srctable         text not null,
    _srcpkfield       text not null,
    _srcpkval         bigint not null,
    _srcfield         text not null,
    _srcdatetimefield text not null,
    _srcdatetimeval   timestamp not null,
    _start            integer not null,
    _end              integer not null
);
comment on table nlp_result is 'Values that language processing found in the notes';
comment on column nlp_result.nlp_id is 'Number of the row';
comment on column nlp_result.rid is 'Research id of the patient';
comment on column nlp_result.trid is 'Short research id of the patient';
comment on column nlp_result.processor is 'Kind of finding: dose, laboratory or score';
comment on column nlp_result.variable is 'Drug, test or instrument';
comment on column nlp_result.value is 'The number that was read';
comment on column nlp_result.unit is 'Its unit; empty for scores';
comment on column nlp_result.matched is 'The text that was read';
comment on column nlp_result._srcdb is 'Database of the source text';
comment on column nlp_result._srctable is 'Table of the source text';
comment on column nlp_result._srcpkfield is 'Column that holds the primary key of that table';
comment on column nlp_result._srcpkval is 'Primary key of the row with the source text';
comment on column nlp_result._srcfield is 'Column with the source text';
comment on column nlp_result._srcdatetimefield is 'Column with the date of the source text';
comment on column nlp_result._srcdatetimeval is 'Date of the source text';
comment on column nlp_result._start is 'Characters before the match in the source text';
comment on column nlp_result._end is 'Characters up to the end of the match: substring(body from _start + 1 for _end - _start)';
