-- release 2
-- Print jobs. The id is drawn by who asks, so asking twice is one job; state is
-- the fence that lets one sender send it.
CREATE TABLE print_job (
  org_id     TEXT NOT NULL,
  job_id     TEXT NOT NULL,
  person_id  TEXT,
  stock      TEXT NOT NULL,
  skip       BIGINT NOT NULL,
  copies     BIGINT NOT NULL,
  dpi        BIGINT NOT NULL,
  printer    TEXT,
  copy_of    TEXT,
  state      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sending_at BIGINT,
  ended_at   BIGINT,
  CONSTRAINT print_job_key PRIMARY KEY (org_id, job_id),
  CONSTRAINT print_job_state_known CHECK (state IN ('made', 'waiting', 'sending', 'sent', 'failed', 'doubt')),
  CONSTRAINT print_job_made_has_no_printer CHECK ((state = 'made') = (printer IS NULL))
);
CREATE INDEX print_job_by_age ON print_job (org_id, created_at, job_id);

CREATE TABLE print_label (
  unit_id          TEXT NOT NULL,
  org_id           TEXT NOT NULL,
  job_id           TEXT NOT NULL,
  place            BIGINT NOT NULL,
  epoch            BIGINT NOT NULL,
  certificate_code TEXT,
  state            TEXT NOT NULL,
  CONSTRAINT print_label_key PRIMARY KEY (unit_id, org_id, job_id, place),
  CONSTRAINT print_label_state_known CHECK (state IN ('made', 'waiting', 'sending', 'sent', 'failed', 'doubt'))
);
CREATE INDEX print_label_of_job ON print_label (org_id, job_id, place);
