-- What one order wants of one cloud, and who is at it; under an empty cloud,
-- the order's own end. attempt fences results.
CREATE TABLE work (
  unit_id     TEXT NOT NULL REFERENCES unit (unit_id),
  order_id    TEXT NOT NULL,
  cloud       TEXT NOT NULL,
  epoch       BIGINT NOT NULL,
  attempt     BIGINT NOT NULL,
  first_at    BIGINT NOT NULL,
  next_at     BIGINT NOT NULL,
  lease_until BIGINT,
  done_at     BIGINT,
  error       TEXT,
  CONSTRAINT work_key PRIMARY KEY (unit_id, order_id, cloud),
  CONSTRAINT work_done_has_no_lease CHECK (done_at IS NULL OR lease_until IS NULL)
);
CREATE INDEX work_due ON work (next_at) WHERE done_at IS NULL;
CREATE INDEX work_stuck ON work (first_at, unit_id) WHERE done_at IS NULL;

-- Units under the eyes of the sweep. A unit that was never sold again has no
-- row, so a sweep costs in proportion to what it watches.
CREATE TABLE watch (
  unit_id TEXT PRIMARY KEY REFERENCES unit (unit_id),
  epoch   BIGINT NOT NULL,
  next_at BIGINT NOT NULL
);
CREATE INDEX watch_due ON watch (next_at, unit_id);

-- unit_id is empty for a flag that is about no unit.
CREATE TABLE flag (
  unit_id   TEXT NOT NULL,
  flag_id   TEXT NOT NULL,
  epoch     BIGINT NOT NULL,
  kind      TEXT NOT NULL,
  cause     TEXT NOT NULL,
  severity  TEXT NOT NULL,
  state     TEXT NOT NULL,
  org_id    TEXT,
  vendor_id TEXT,
  evidence  TEXT NOT NULL,
  first_at  BIGINT NOT NULL,
  last_at   BIGINT NOT NULL,
  done_by   TEXT,
  done_at   BIGINT,
  CONSTRAINT flag_key PRIMARY KEY (unit_id, flag_id),
  CONSTRAINT flag_severity_known CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  CONSTRAINT flag_state_known CHECK (state IN ('open', 'acknowledged', 'resolved')),
  CONSTRAINT flag_resolved_with_instant CHECK (state <> 'resolved' OR done_at IS NOT NULL)
);
CREATE UNIQUE INDEX flag_one_per_cause ON flag (unit_id, kind, cause);
CREATE INDEX flag_by_age ON flag (first_at, flag_id);

CREATE TABLE sweep_run (
  job        TEXT NOT NULL,
  slot       BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at   BIGINT,
  seen       BIGINT NOT NULL,
  flagged    BIGINT NOT NULL,
  failed     BIGINT NOT NULL,
  error      TEXT,
  position   TEXT,
  CONSTRAINT sweep_run_key PRIMARY KEY (job, slot)
);

-- The built-in cloud's own record: another's books behind another's door. It
-- knows nothing of epochs, as no cloud does.
CREATE TABLE cloud_link (
  unit_id TEXT NOT NULL,
  account TEXT NOT NULL,
  kind    TEXT NOT NULL,
  since   BIGINT NOT NULL,
  gone_at BIGINT,
  CONSTRAINT cloud_link_key PRIMARY KEY (unit_id, account, kind)
);

CREATE TABLE cloud_unit (
  unit_id     TEXT PRIMARY KEY,
  detached_at BIGINT,
  rotated_at  BIGINT,
  cut_at      BIGINT,
  session_at  BIGINT,
  recorded_at BIGINT,
  notified_at BIGINT
);
