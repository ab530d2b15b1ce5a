-- What learners can ask for: to be left alone, to be one person under two accounts, to be forgotten.

-- Who earns and redeems nothing for the time being. Derived from administration entries.
CREATE TABLE frozen (
  subject TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Whose entries belong to another learner since their accounts were merged, at once to the last of several.
CREATE TABLE merged (
  subject TEXT PRIMARY KEY,
  into_subject TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX merged_into ON merged (into_subject);

-- Who was forgotten, and the entry that says so.
CREATE TABLE erased (
  subject TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE REFERENCES entry (seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER erased_names_an_erasure BEFORE INSERT ON erased
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq AND kind = 'erasure' AND subject = NEW.subject)
BEGIN SELECT raise(ABORT, 'an erasure is an entry first'); END;
CREATE TRIGGER erased_is_never_updated BEFORE UPDATE ON erased
BEGIN SELECT raise(ABORT, 'an erasure is never updated'); END;
CREATE TRIGGER erased_is_never_deleted BEFORE DELETE ON erased
BEGIN SELECT raise(ABORT, 'an erasure is never deleted'); END;

-- What tills and settlement need to know of a redemption once its record is erased; null before.
ALTER TABLE redemption ADD COLUMN terms TEXT;

-- Until now no record could go at all.
DROP TRIGGER private_record_is_never_deleted;
CREATE TRIGGER private_record_is_deleted_by_an_erasure_alone BEFORE DELETE ON private_record
WHEN NOT EXISTS (
  SELECT 1 FROM entry JOIN erased ON erased.subject = entry.subject
  WHERE entry.seq = OLD.seq AND entry.seq < erased.seq)
BEGIN SELECT raise(ABORT, 'a private record is never deleted, but by the erasure of its learner'); END;

-- As before, but that an entry written after an erasure is of an erased learner as well.
DROP VIEW ledger;
CREATE VIEW ledger AS
SELECT
  CASE WHEN record.seq IS NULL THEN 'erased'
    ELSE coalesce(data ->> '$.user_id', (SELECT 'erased' FROM erased WHERE erased.subject = entry.subject)) END AS user_id,
  data ->> '$.event_id' AS event_id,
  points,
  rule_id,
  data ->> '$.at' AS timestamp,
  entry.source AS source,
  entry.seq AS seq,
  kind,
  held,
  data ->> '$.event' AS event,
  record.course AS course,
  data ->> '$.activity' AS activity,
  body ->> '$.reward' AS reward_id,
  body ->> '$.budget' AS budget_id,
  body ->> '$.amount_minor' AS amount_minor,
  body ->> '$.currency' AS currency,
  body ->> '$.expires' AS expires,
  ref,
  hash,
  body ->> '$.prev' AS prev_hash,
  subject
FROM entry LEFT JOIN private_record AS record ON record.seq = entry.seq;
