-- release 2
-- Kits: lists of units sold in one box. A unit is in one kit at most. What is
-- missing of a kit was missing when its desk took it back; a return of the unit
-- after that says that it turned up.

CREATE TABLE kit (
  kit_id     TEXT PRIMARY KEY,
  vendor_id  TEXT NOT NULL REFERENCES organisation (org_id),
  name       TEXT NOT NULL,
  made_by    TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX kit_by_vendor ON kit (vendor_id, kit_id);

CREATE TABLE kit_unit (
  unit_id    TEXT NOT NULL,
  kit_id     TEXT NOT NULL REFERENCES kit (kit_id),
  epoch      BIGINT NOT NULL,
  place      BIGINT NOT NULL,
  missing_at BIGINT,
  missing_by TEXT,
  CONSTRAINT kit_unit_key PRIMARY KEY (unit_id),
  CONSTRAINT kit_unit_place_from_zero CHECK (place >= 0),
  CONSTRAINT kit_unit_missing_by_somebody CHECK ((missing_by IS NULL) = (missing_at IS NULL))
);
CREATE INDEX kit_unit_by_kit ON kit_unit (kit_id, place);
