-- Patients as far as consent knows them, and what they said.

-- One row per NHS number. Whoever changes anything about a patient locks this row first: all writers of one
-- patient stand in one queue, which makes the cap and the current mode safe.
CREATE TABLE patients (
    id         uuid PRIMARY KEY,
    nhs_index  bytea NOT NULL UNIQUE, -- keyed hash: finds the row without the number in clear
    nhs_number bytea NOT NULL,        -- sealed
    created_at timestamptz NOT NULL
);

-- Every decision that was ever recorded; never changed, only followed by the next.
CREATE TABLE consent_modes (
    id                                    uuid PRIMARY KEY,
    patient_id                            uuid NOT NULL REFERENCES patients,
    mode                                  text NOT NULL CHECK (mode IN ('red', 'yellow', 'green', 'unknown')),
    exclude_entirely                      boolean NOT NULL,
    consent_after_discharge               boolean NOT NULL,
    max_approaches_per_year               integer NOT NULL CHECK (max_approaches_per_year >= 0), -- 0: no cap
    other_requests                        bytea, -- sealed: free text may tell who it is
    prefers_email                         boolean NOT NULL,
    signed_by_patient                     boolean NOT NULL,
    otherwise_authorised_by_patient       boolean NOT NULL,
    under16_signed_by_parent              boolean NOT NULL,
    under16_signed_by_clinician           boolean NOT NULL,
    lack_capacity_signed_by_representative boolean NOT NULL,
    lack_capacity_signed_by_clinician     boolean NOT NULL,
    clinician_override                    boolean NOT NULL,
    skip_letter                           boolean NOT NULL, -- the patient knows already
    source                                text NOT NULL,    -- rdbm, clinical_record, publisher:<name>, created_blank
    decided_at                            timestamptz NOT NULL,
    recorded_at                           timestamptz NOT NULL,
    recorded_by                           uuid,             -- the user; none for the system
    recorded_by_name                      text NOT NULL DEFAULT '',
    current                               boolean NOT NULL
);

CREATE UNIQUE INDEX consent_modes_one_current ON consent_modes (patient_id) WHERE current;
CREATE INDEX consent_modes_history ON consent_modes (patient_id, decided_at DESC);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE FUNCTION refuse_other_than_current() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'current' <> to_jsonb(OLD) - 'current' THEN
        RAISE EXCEPTION 'consent_modes is append-only';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consent_modes_append_only BEFORE UPDATE ON consent_modes
    FOR EACH ROW EXECUTE FUNCTION refuse_other_than_current();
CREATE TRIGGER consent_modes_never_deleted BEFORE DELETE ON consent_modes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
