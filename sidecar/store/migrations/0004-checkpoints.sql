-- The Merkle tree over the ledger, as far as proofs need it at hand, and what was signed of it.

-- Roots of full subtrees over 16, 256, 4,096 … entries (height 4, 8, 12 …). Derived from the hashes of entries.
CREATE TABLE subtree (
  height INTEGER NOT NULL CHECK (height > 0 AND height % 4 = 0),
  number INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (height, number)
) STRICT, WITHOUT ROWID;

INSERT INTO subtree SELECT 4, (seq - 1) / 16, rfc6962_root(hash ORDER BY seq) FROM entry GROUP BY 2 HAVING count(*) = 16;
INSERT INTO subtree SELECT 8, number / 16, rfc6962_root(hash ORDER BY number) FROM subtree WHERE height = 4 GROUP BY 2 HAVING count(*) = 16;
INSERT INTO subtree SELECT 12, number / 16, rfc6962_root(hash ORDER BY number) FROM subtree WHERE height = 8 GROUP BY 2 HAVING count(*) = 16;
INSERT INTO subtree SELECT 16, number / 16, rfc6962_root(hash ORDER BY number) FROM subtree WHERE height = 12 GROUP BY 2 HAVING count(*) = 16;
INSERT INTO subtree SELECT 20, number / 16, rfc6962_root(hash ORDER BY number) FROM subtree WHERE height = 16 GROUP BY 2 HAVING count(*) = 16;
INSERT INTO subtree SELECT 24, number / 16, rfc6962_root(hash ORDER BY number) FROM subtree WHERE height = 20 GROUP BY 2 HAVING count(*) = 16;
INSERT INTO subtree SELECT 28, number / 16, rfc6962_root(hash ORDER BY number) FROM subtree WHERE height = 24 GROUP BY 2 HAVING count(*) = 16;

-- Signed checkpoints, at most one a minute: what the ledger said of itself, to hold it against.
CREATE TABLE checkpoint (
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  time INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;
