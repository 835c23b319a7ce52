-- Studies, who may act for them, and the papers that participants get.

CREATE TABLE studies (
    id                    uuid PRIMARY KEY,
    number                integer NOT NULL UNIQUE CHECK (number > 0), -- the institution's own number
    title                 text NOT NULL,
    summary               text NOT NULL DEFAULT '',
    -- The lead researcher, by whom letters and e-mails are addressed. The account itself is the gateway's.
    lead_user_id          uuid NOT NULL,
    lead_title            text NOT NULL DEFAULT '',
    lead_first_name       text NOT NULL DEFAULT '',
    lead_last_name        text NOT NULL DEFAULT '',
    lead_email            text NOT NULL DEFAULT '',
    patient_contact       boolean NOT NULL DEFAULT false,
    direct_approach       boolean NOT NULL DEFAULT false, -- GREEN patients may be approached directly
    include_under16       boolean NOT NULL DEFAULT false,
    include_lack_capacity boolean NOT NULL DEFAULT false,
    include_discharged    boolean NOT NULL DEFAULT false,
    clinical_trial        boolean NOT NULL DEFAULT false,
    approved_by_rec       boolean NOT NULL DEFAULT false,
    rec_reference         text NOT NULL DEFAULT '',
    approved_locally      boolean NOT NULL DEFAULT false,
    approved_locally_on   date,
    ends_on               date, -- last day of recruitment
    registered_at         timestamptz NOT NULL
);

-- Further researchers of a study; the lead researcher needs no row.
CREATE TABLE study_researchers (
    study_id uuid NOT NULL REFERENCES studies ON DELETE CASCADE,
    user_id  uuid NOT NULL,
    PRIMARY KEY (study_id, user_id)
);

-- Apart from the study's row, so that lists never read PDFs.
CREATE TABLE study_documents (
    study_id uuid NOT NULL REFERENCES studies ON DELETE CASCADE,
    kind     text NOT NULL CHECK (kind IN ('details', 'extra_form')),
    pdf      bytea NOT NULL,
    sha256   text NOT NULL,
    PRIMARY KEY (study_id, kind)
);

-- Leaflets that go into packs, by their fixed names.
CREATE TABLE leaflets (
    id     uuid PRIMARY KEY,
    name   text NOT NULL UNIQUE,
    title  text NOT NULL,
    pdf    bytea NOT NULL,
    sha256 text NOT NULL
);
