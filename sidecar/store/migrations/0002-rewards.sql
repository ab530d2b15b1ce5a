-- Rewards: what is left of points that lapse, redemptions, pools of codes, messages to partners, notices.

-- What is left of each credit that has a date. Derived from the learner's entries; points without a date need no row.
CREATE TABLE lot (
  subject TEXT NOT NULL,
  expires TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES entry (seq),
  points_left INTEGER NOT NULL CHECK (points_left > 0),
  PRIMARY KEY (subject, expires, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX lot_expires ON lot (expires);

-- Before this version nothing was spent and nothing lapsed: all of every standing grant is left.
INSERT INTO lot (subject, expires, seq, points_left)
SELECT entry.subject, entry.body ->> '$.expires', entry.seq, entry.points
FROM entry JOIN granted ON granted.subject = entry.subject AND granted.seq = entry.seq
WHERE entry.kind = 'grant' AND entry.body ->> '$.expires' IS NOT NULL AND granted.standing = 1;

-- Where each redemption stands. Its terms are in the private record of its entry; every state is reached by an entry.
CREATE TABLE redemption (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  id TEXT NOT NULL UNIQUE,
  subject TEXT NOT NULL,
  reward TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('issued', 'delivering', 'delivered', 'consumed', 'refused', 'expired', 'cancelled')),
  delivery TEXT NOT NULL CHECK (delivery IN ('in_app', 'codes', 'moodle', 'partner')),
  partner TEXT,
  -- Its points went back: it counts in no stock and no limit any more.
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded IN (0, 1)),
  created INTEGER NOT NULL,
  -- When the token lapses; null where there is none.
  expires INTEGER,
  consumed INTEGER,
  consumed_by TEXT,
  reference TEXT,
  -- The token as a keyed digest, and an encrypted copy while the learner still has to see it.
  token BLOB UNIQUE,
  token_copy BLOB,
  -- What a partner answered for the learner to see, encrypted.
  partner_code BLOB,
  -- Its learner was told that its token lapses soon.
  told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
) STRICT;
CREATE INDEX redemption_subject ON redemption (subject, reward);
CREATE INDEX redemption_expires ON redemption (state, expires);
-- With one column each an index is in the order of the entries, as lists are.
CREATE INDEX redemption_state ON redemption (state);
CREATE INDEX redemption_reward ON redemption (reward);
CREATE INDEX redemption_partner ON redemption (partner) WHERE partner IS NOT NULL;
CREATE INDEX redemption_partner_state ON redemption (partner, state) WHERE partner IS NOT NULL;
CREATE INDEX redemption_untold ON redemption (expires) WHERE told = 0 AND token_copy IS NOT NULL;
CREATE INDEX redemption_at_partner ON redemption (expires) WHERE state = 'delivered' AND token_copy IS NOT NULL;
CREATE INDEX redemption_consumed_by ON redemption (consumed_by) WHERE consumed_by IS NOT NULL;

-- How many of each reward were issued and not given back.
CREATE TABLE issued (
  reward TEXT PRIMARY KEY,
  count INTEGER NOT NULL CHECK (count >= 0)
) STRICT, WITHOUT ROWID;

-- What the redemptions of a month have committed of a budget, refunds taken off.
CREATE TABLE committed (
  budget TEXT NOT NULL,
  month TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency TEXT NOT NULL,
  PRIMARY KEY (budget, month)
) STRICT, WITHOUT ROWID;

-- Codes bought in bulk: each once in any pool, encrypted; one that was shown never comes back.
CREATE TABLE code_batch (
  id TEXT PRIMARY KEY,
  reward TEXT NOT NULL,
  imported INTEGER NOT NULL,
  file TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE code (
  digest BLOB PRIMARY KEY,
  batch TEXT NOT NULL REFERENCES code_batch (id),
  -- Its line in the file: what a claim names, since the code itself is shown to nobody but its learner.
  line INTEGER NOT NULL,
  reward TEXT NOT NULL,
  copy BLOB NOT NULL,
  -- The last civil day on which it works; 9999-12-31 where it has none.
  expires TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('available', 'handed_out', 'withdrawn', 'faulty')),
  redemption INTEGER REFERENCES redemption (seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX code_next ON code (reward, state, expires);
CREATE INDEX code_batch_state ON code (batch, state);
CREATE INDEX code_redemption ON code (redemption) WHERE redemption IS NOT NULL;

-- What partners are to be told, each message once.
CREATE TABLE message (
  number INTEGER PRIMARY KEY,
  redemption INTEGER NOT NULL REFERENCES redemption (seq),
  partner TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('redemption.issued', 'redemption.cancelled', 'redemption.expired')),
  state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead', 'dropped')),
  created INTEGER NOT NULL,
  -- Made so far, and how many of them before it was last begun anew.
  attempts INTEGER NOT NULL,
  attempts_before INTEGER NOT NULL DEFAULT 0,
  -- When it is tried next.
  next INTEGER NOT NULL,
  -- How the last attempt ended.
  outcome TEXT,
  UNIQUE (redemption, type)
) STRICT;
CREATE INDEX message_next ON message (state, partner, next);

-- Partners whose address is gone.
CREATE TABLE closed_partner (
  partner TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What people are told without having asked; `once` keeps the same from being said twice.
CREATE TABLE notice (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  audience TEXT NOT NULL CHECK (audience IN ('learner', 'administrators')),
  subject TEXT,
  time INTEGER NOT NULL,
  code TEXT NOT NULL,
  params TEXT NOT NULL,
  once TEXT UNIQUE
) STRICT;
CREATE INDEX notice_subject ON notice (subject) WHERE subject IS NOT NULL;

-- The tiers that learners were told they have reached.
CREATE TABLE tier_reached (
  subject TEXT NOT NULL,
  tier TEXT NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (subject, tier)
) STRICT, WITHOUT ROWID;

-- What was answered to a call with an idempotency key, so that a retry gets the same.
CREATE TABLE idempotency (
  caller TEXT NOT NULL,
  key BLOB NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);

-- What badges are called, as far as senders told it.
CREATE TABLE badge (
  badge TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO badge (badge, name) SELECT key, max(name) FROM fact WHERE kind = 'badge' GROUP BY key;

-- The partner whom a token speaks for.
ALTER TABLE token ADD COLUMN partner TEXT;
