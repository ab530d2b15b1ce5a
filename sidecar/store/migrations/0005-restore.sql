-- After a restore: why redeeming rests, what the bridge is asked to send again, and redemptions that came back by receipts.

-- Why nothing can be redeemed just now, a row for each cause; none: it can. Derived from administration entries.
CREATE TABLE pause (
  cause TEXT PRIMARY KEY CHECK (cause IN ('person', 'restore')),
  since INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was asked for after the last restore: everything that the bridge had sent since an instant.
CREATE TABLE resend (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  since INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  -- When the bridge said that it has sent all of it; null: it is awaited.
  done INTEGER
) STRICT;

-- The day on which a redemption was made, where its entry was written again after a restore; null: the day of its entry.
ALTER TABLE redemption ADD COLUMN day TEXT;
-- When the receipt was signed by which it was brought up to date after a restore: what earlier ones say is over.
ALTER TABLE redemption ADD COLUMN receipt INTEGER;
