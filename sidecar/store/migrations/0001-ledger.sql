-- The ledger and what decisions need. Forward only: this file never changes once released.

-- Exact bytes; the columns that queries use are computed from them, so that they can never disagree.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL CHECK (length(CAST(body AS BLOB)) < 65536),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  kind TEXT NOT NULL AS (body ->> '$.kind') VIRTUAL,
  subject TEXT AS (body ->> '$.subject') VIRTUAL,
  points INTEGER NOT NULL AS (body ->> '$.points') VIRTUAL,
  held INTEGER NOT NULL AS (body ->> '$.held') VIRTUAL,
  rule_id TEXT AS (substr(body ->> '$.rule', 1, instr(body ->> '$.rule', '@') - 1)) VIRTUAL,
  ref INTEGER AS (body ->> '$.ref') VIRTUAL,
  source TEXT NOT NULL AS (body ->> '$.source') VIRTUAL,
  day TEXT NOT NULL AS (body ->> '$.day') VIRTUAL
) STRICT;
CREATE INDEX entry_subject ON entry (subject);
CREATE INDEX entry_rule ON entry (rule_id);
-- Entries without points are few and asked for by kind: configurations, imports, tokens.
CREATE INDEX entry_kind ON entry (kind) WHERE subject IS NULL;

CREATE TRIGGER entry_is_never_updated BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only: entries are never updated'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'the ledger is append-only: entries are never deleted'); END;
-- Also what stops INSERT OR REPLACE, which fires no delete trigger.
CREATE TRIGGER entry_follows_the_head BEFORE INSERT ON entry
WHEN NEW.seq IS NOT coalesce((SELECT max(seq) FROM entry), 0) + 1
  OR (NEW.body ->> '$.seq') IS NOT NEW.seq
  OR (NEW.body ->> '$.prev') IS NOT coalesce(
    (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT raise(ABORT, 'the ledger is append-only: an entry follows the last one and names its hash'); END;

-- What identifies people, bound to the entry by the salted commitment in its body.
CREATE TABLE private_record (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  salt TEXT NOT NULL CHECK (length(salt) = 64),
  data TEXT NOT NULL,
  at TEXT NOT NULL AS (data ->> '$.at') VIRTUAL,
  course TEXT AS (data ->> '$.course') VIRTUAL
) STRICT;
CREATE INDEX private_record_at ON private_record (at);

CREATE TRIGGER private_record_is_never_updated BEFORE UPDATE ON private_record
BEGIN SELECT raise(ABORT, 'a private record is never updated'); END;
CREATE TRIGGER private_record_is_never_deleted BEFORE DELETE ON private_record
BEGIN SELECT raise(ABORT, 'a private record is never deleted'); END;
CREATE TRIGGER private_record_follows_its_entry BEFORE INSERT ON private_record
WHEN NEW.seq IS NOT (SELECT max(seq) FROM entry)
  OR EXISTS (SELECT 1 FROM private_record WHERE seq = NEW.seq)
BEGIN SELECT raise(ABORT, 'a private record is written once, with its entry'); END;

-- Entries as people and programs read them: the API, the CSV, and an auditor with sqlite3 see these columns.
CREATE VIEW ledger AS
SELECT
  CASE WHEN record.seq IS NULL THEN 'erased' ELSE data ->> '$.user_id' END AS user_id,
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

-- The way from a person in the LMS to their opaque name on the ledger. Only an index: the opened records decide.
CREATE TABLE learner (
  subject TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  user_id TEXT NOT NULL,
  UNIQUE (source, user_id)
) STRICT, WITHOUT ROWID;

-- The sums of a learner's entries, written in each entry's own transaction.
CREATE TABLE balance (
  subject TEXT PRIMARY KEY,
  points INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held >= 0),
  lifetime INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The rules' memory: what each grant was for. Derived from entries and their records, clustered by learner.
CREATE TABLE granted (
  subject TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES entry (seq),
  rule TEXT NOT NULL,
  act TEXT,
  deed TEXT,
  course TEXT,
  activity TEXT,
  object TEXT,
  time INTEGER NOT NULL,
  points INTEGER NOT NULL,
  held INTEGER NOT NULL CHECK (held IN (0, 1)),
  standing INTEGER NOT NULL CHECK (standing IN (0, 1)),
  PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX granted_deed ON granted (deed) WHERE deed IS NOT NULL AND standing = 1;

-- When the grants of a rule for a deed were last taken back, also where none stood: what happened before comes too late.
-- No subject: the deed's object has one owner, whoever that is.
CREATE TABLE withdrawal (
  deed TEXT NOT NULL,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (deed, rule, subject)
) STRICT, WITHOUT ROWID;

-- Events as they came, with what was decided about each.
CREATE TABLE event (
  number INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  time INTEGER NOT NULL,
  received INTEGER NOT NULL,
  body TEXT NOT NULL,
  decisions TEXT
) STRICT;
CREATE INDEX event_subject ON event (subject);

-- Every event id ever taken, as an HMAC that leads to no learner: a resend can never pay again.
CREATE TABLE seen (
  key BLOB PRIMARY KEY,
  event INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What requirements ask about: the latest word on each badge, completion and completion rate.
CREATE TABLE fact (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('badge', 'completed', 'completion_rate')),
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (subject, kind, key)
) STRICT, WITHOUT ROWID;

-- The institution's ID numbers of courses, as far as senders told them.
CREATE TABLE course (
  idnumber TEXT PRIMARY KEY,
  course TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Full texts of configuration files, by their SHA-256; configuration entries name them.
CREATE TABLE document (
  hash TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER document_is_never_updated BEFORE UPDATE ON document
BEGIN SELECT raise(ABORT, 'a document is never updated'); END;
CREATE TRIGGER document_is_never_deleted BEFORE DELETE ON document
BEGIN SELECT raise(ABORT, 'a document is never deleted'); END;
-- INSERT OR REPLACE fires no delete trigger where another program left recursive_triggers off.
CREATE TRIGGER document_is_never_replaced BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document WHERE hash = NEW.hash AND text IS NOT NEW.text)
BEGIN SELECT raise(ABORT, 'a document is never replaced'); END;

-- Tokens that the token command issued; the token itself is kept nowhere.
CREATE TABLE token (
  id TEXT PRIMARY KEY,
  scope TEXT NOT NULL,
  user_id TEXT,
  name TEXT,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  revoked INTEGER
) STRICT, WITHOUT ROWID;

-- The one outstanding pairing code, as a digest.
CREATE TABLE pairing_code (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  digest TEXT NOT NULL,
  expires INTEGER NOT NULL,
  tries_left INTEGER NOT NULL,
  -- 1: it may replace a pairing with another site.
  replaces INTEGER NOT NULL CHECK (replaces IN (0, 1))
) STRICT;

-- How each scheduled job ended when it last ran.
CREATE TABLE job_run (
  name TEXT PRIMARY KEY,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
  message TEXT NOT NULL
) STRICT, WITHOUT ROWID;
