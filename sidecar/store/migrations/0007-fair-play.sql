-- Fair play: points that are held until a person decides, what checks found, learner-weeks and their scores.

-- A hold that a person confirmed: it goes on counting in limits, its act stays taken, and there is nothing to take back.
ALTER TABLE granted ADD COLUMN void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1));

-- What a person is to look at. Of a hold everything can be told again from its entries; the rest is only here.
CREATE TABLE review (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('hold', 'flag', 'week')),
  subject TEXT NOT NULL,
  -- The hold, or the grant that is flagged; null for a week.
  seq INTEGER UNIQUE REFERENCES entry (seq),
  -- Its first civil day; null unless it is a week.
  week TEXT,
  -- `rule`, `blacklist:ID`, a check's id, or `anomaly`.
  found_by TEXT NOT NULL,
  course TEXT,
  opened INTEGER NOT NULL,
  -- When a hold is released by itself.
  due INTEGER,
  appealed INTEGER,
  -- Within the queue, appeals apart: the higher, the sooner it should be looked at.
  rank REAL NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'released', 'confirmed', 'lapsed', 'withdrawn')),
  decided INTEGER,
  -- The entry that decided it.
  decision INTEGER REFERENCES entry (seq),
  -- JSON: what was found, with thresholds and observed values.
  evidence TEXT NOT NULL,
  -- JSON: what a second opinion said; null: none was asked.
  opinion TEXT
) STRICT;
CREATE INDEX review_state ON review (state, due);
CREATE INDEX review_subject ON review (subject);
CREATE INDEX review_decided ON review (decided) WHERE decided IS NOT NULL;
CREATE UNIQUE INDEX review_week ON review (subject, week) WHERE week IS NOT NULL;

-- What rules held before there was a queue waits in it from now on.
INSERT INTO review (kind, subject, seq, found_by, course, opened, due, evidence)
SELECT 'hold', subject, seq, 'rule', course, time, unixepoch() * 1000 + 14 * 86400000, '{}'
FROM granted WHERE held = 1 AND standing = 1;

-- Who is exempt from checks of timing.
CREATE TABLE exempt (
  subject TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What checks found, those in shadow too: what one would catch is seen before it is switched on.
CREATE TABLE check_hit (
  number INTEGER PRIMARY KEY,
  check_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('on', 'shadow')),
  subject TEXT NOT NULL,
  -- The id of the event.
  event TEXT NOT NULL,
  time INTEGER NOT NULL,
  points INTEGER NOT NULL,
  observed REAL NOT NULL,
  threshold REAL NOT NULL
) STRICT;
CREATE INDEX check_hit_time ON check_hit (time);
CREATE INDEX check_hit_subject ON check_hit (subject);

-- Each learner's week in numbers, and how surprising it is.
CREATE TABLE learner_week (
  subject TEXT NOT NULL,
  week TEXT NOT NULL,
  -- JSON: a list in the order of the features.
  features TEXT NOT NULL,
  -- Null: not scored.
  score REAL,
  -- JSON: the most surprising features and the rules that fired.
  because TEXT,
  -- When: it is kept for a time from then on.
  counted INTEGER NOT NULL,
  PRIMARY KEY (week, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX learner_week_subject ON learner_week (subject);
CREATE INDEX learner_week_score ON learner_week (score) WHERE score IS NOT NULL;

-- Attempts at quizzes, posts, and what was deleted after it had earned, of the last days, once each, as checks compare them.
CREATE TABLE trace (
  subject TEXT NOT NULL,
  deed TEXT NOT NULL,
  object TEXT NOT NULL,
  -- When it was first heard of, and by which event.
  time INTEGER NOT NULL,
  event TEXT NOT NULL,
  activity TEXT,
  -- Whom a post answers.
  peer TEXT,
  PRIMARY KEY (subject, deed, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_object ON trace (deed, object);

CREATE INDEX trace_time ON trace (time);

-- What checks look for among earlier events.
CREATE INDEX event_text ON event (body ->> '$.data.text_hash') WHERE body ->> '$.data.text_hash' IS NOT NULL;
CREATE INDEX event_file ON event (body ->> '$.data.file_hash') WHERE body ->> '$.data.file_hash' IS NOT NULL;
