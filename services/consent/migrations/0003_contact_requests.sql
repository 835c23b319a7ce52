-- Contact requests: from the researcher's wish to its end.

CREATE TABLE contact_requests (
    id                   uuid PRIMARY KEY,
    study_id             uuid NOT NULL REFERENCES studies,
    submitted_by         uuid NOT NULL,
    submitted_by_name    text NOT NULL,
    submitted_at         timestamptz NOT NULL,
    -- How the caller named the patient. Only the RDBM and clinicians may use an NHS number, and it is sealed.
    key_kind             text NOT NULL CHECK (key_kind IN ('rid', 'mrid', 'nhs_number')),
    key_text             text,
    key_nhs_number       bytea,
    direct_approach      boolean NOT NULL,
    certificate_id       text NOT NULL DEFAULT '', -- of the query result that the id comes from
    -- Rule R16: a clinician asks for an own patient, so the answer (R or A) is known beforehand.
    preset_answer        text CHECK (preset_answer IN ('R', 'A')),
    initiator            bytea, -- sealed: the clinician's name and address
    state                text NOT NULL,
    was_approved         boolean NOT NULL DEFAULT false, -- researchers learn of a withdrawal only if so
    changed_at           timestamptz NOT NULL,
    -- From here on filled in by the decision.
    patient_id           uuid REFERENCES patients,
    consent_mode_id      uuid REFERENCES consent_modes,
    rule                 text,
    outcome              text,
    rules_version        integer,
    steps                jsonb,
    involvement          text,
    decided_at           timestamptz,
    -- For the RDBM's desk.
    possibly_serious     boolean NOT NULL DEFAULT false, -- R02: should not have been in the research database
    blocked_yes          boolean NOT NULL DEFAULT false, -- somebody said yes after the patient said no
    closed_at            timestamptz, -- nothing more will happen; retention counts from here
    CHECK ((key_kind = 'nhs_number') = (key_nhs_number IS NOT NULL)),
    CHECK ((key_kind = 'nhs_number') = (key_text IS NULL))
);

CREATE INDEX contact_requests_by_study ON contact_requests (study_id, submitted_at DESC);
CREATE INDEX contact_requests_by_time ON contact_requests (submitted_at DESC);
CREATE INDEX contact_requests_by_patient ON contact_requests (patient_id);
CREATE INDEX contact_requests_by_state ON contact_requests (state);

-- Every step of a request's life: the timeline that people see is made of these rows.
CREATE TABLE transitions (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_request_id uuid NOT NULL REFERENCES contact_requests,
    at                 timestamptz NOT NULL,
    from_state         text NOT NULL, -- empty for the first
    to_state           text NOT NULL,
    reason             text NOT NULL DEFAULT '', -- a word, such as consent_withdrawn
    by                 text NOT NULL, -- user id, clinician, or system
    who                text NOT NULL  -- name to show
);

CREATE INDEX transitions_by_request ON transitions (contact_request_id, id);
CREATE TRIGGER transitions_append_only BEFORE UPDATE OR DELETE ON transitions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What the clinical source said when the request was decided; sealed JSON. Erased when its period ends.
CREATE TABLE patient_snapshots (
    contact_request_id uuid PRIMARY KEY REFERENCES contact_requests,
    taken_at           timestamptz NOT NULL,
    snapshot           bytea NOT NULL
);

-- One row per request that counts against the patient's yearly cap. It is written when the request passes the
-- decision, before anybody was approached, so that requests in flight cannot exceed the cap together.
CREATE TABLE reservations (
    contact_request_id uuid PRIMARY KEY REFERENCES contact_requests,
    patient_id         uuid NOT NULL REFERENCES patients,
    state              text NOT NULL CHECK (state IN ('reserved', 'approached', 'released')),
    reserved_at        timestamptz NOT NULL,
    changed_at         timestamptz NOT NULL -- for `approached`: when
);

CREATE INDEX reservations_by_patient ON reservations (patient_id) WHERE state <> 'released';

-- A repeated submission gives the first answer again.
CREATE TABLE idempotency_keys (
    user_id    uuid NOT NULL,
    key        text NOT NULL,
    content    bytea NOT NULL, -- SHA-256 of what was asked
    answer     bytea NOT NULL, -- the first answer, as protobuf
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
