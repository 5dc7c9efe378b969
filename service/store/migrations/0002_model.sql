CREATE TABLE model (
  model_id        TEXT PRIMARY KEY,
  vendor_id       TEXT NOT NULL REFERENCES organisation (org_id),
  brand           TEXT NOT NULL,
  name            TEXT NOT NULL,
  gtin            TEXT,
  reset_policy    TEXT NOT NULL,
  sale_implied    BOOLEAN NOT NULL,
  min_firmware    TEXT NOT NULL,
  required_grade  TEXT NOT NULL,
  removable_media BOOLEAN NOT NULL,
  clouds          TEXT NOT NULL,
  checklist       TEXT NOT NULL,
  CONSTRAINT model_reset_policy_known CHECK (reset_policy IN ('release', 'lock')),
  CONSTRAINT model_grade_known CHECK (required_grade IN ('device-signed', 'probed', 'attested'))
);
CREATE UNIQUE INDEX model_one_per_name ON model (brand, name);
CREATE UNIQUE INDEX model_one_per_gtin ON model (gtin) WHERE gtin IS NOT NULL;
CREATE INDEX model_by_vendor ON model (vendor_id, model_id);

-- A vendor's word that an organisation may certify a model.
CREATE TABLE accreditation (
  model_id     TEXT NOT NULL REFERENCES model (model_id),
  org_id       TEXT NOT NULL REFERENCES organisation (org_id),
  self_custody BOOLEAN NOT NULL,
  granted_at   BIGINT NOT NULL,
  ended_at     BIGINT,
  CONSTRAINT accreditation_key PRIMARY KEY (model_id, org_id)
);
CREATE INDEX accreditation_by_org ON accreditation (org_id, model_id);
