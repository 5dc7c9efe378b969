-- release 2
-- Digests of the pictures that a person took of a check: a JSON list. The
-- pictures themselves stand below, the ledger has the digests.
ALTER TABLE attestation ADD COLUMN photos TEXT;

-- Why a unit that was through its reset came back.
ALTER TABLE reset_order ADD COLUMN cause TEXT;

-- A picture as it is kept: drawn anew, so it holds nothing but pixels. In the
-- database, so that every replica and every backup has it.
CREATE TABLE photograph (
  unit_id  TEXT NOT NULL REFERENCES unit (unit_id),
  order_id TEXT NOT NULL,
  digest   TEXT NOT NULL,
  epoch    BIGINT NOT NULL,
  picture  BYTEA NOT NULL,
  CONSTRAINT photograph_key PRIMARY KEY (unit_id, order_id, digest),
  CONSTRAINT photograph_digest_whole CHECK (length(digest) = 64),
  CONSTRAINT photograph_size_limited CHECK (length(picture) BETWEEN 1 AND 1048576)
);

-- The vendor's pictures of the steps of a checklist, under the digest that the
-- step names.
CREATE TABLE checklist_picture (
  model_id TEXT NOT NULL REFERENCES model (model_id),
  digest   TEXT NOT NULL,
  picture  BYTEA NOT NULL,
  CONSTRAINT checklist_picture_key PRIMARY KEY (model_id, digest),
  CONSTRAINT checklist_picture_digest_whole CHECK (length(digest) = 64),
  CONSTRAINT checklist_picture_size_limited CHECK (length(picture) BETWEEN 1 AND 1048576)
);
