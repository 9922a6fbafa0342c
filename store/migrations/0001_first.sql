-- +goose Up
-- Instants are Unix milliseconds. Lists are JSON.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  name        TEXT PRIMARY KEY, -- never given to anybody else
  full_name   TEXT NOT NULL,
  email       TEXT NOT NULL,
  kind        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  disabled_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE departments (
  name       TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A department of * means all of them.
CREATE TABLE grants (
  person     TEXT NOT NULL REFERENCES people (name),
  department TEXT NOT NULL,
  role       TEXT NOT NULL,
  PRIMARY KEY (person, department, role)
) STRICT, WITHOUT ROWID;

-- How a person signs in. What ends a session raises the generation.
CREATE TABLE accounts (
  person      TEXT PRIMARY KEY REFERENCES people (name),
  password    TEXT NOT NULL DEFAULT '', -- hashed; empty: none yet
  factor      TEXT NOT NULL DEFAULT '', -- the second factor's secret; empty: none
  factor_step INTEGER NOT NULL DEFAULT 0, -- the last one used: each counts once
  generation  INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Who somebody is at a provider of single sign-on.
CREATE TABLE identities (
  issuer  TEXT NOT NULL,
  subject TEXT NOT NULL,
  person  TEXT NOT NULL UNIQUE REFERENCES people (name),
  seen_at INTEGER NOT NULL DEFAULT 0, -- when the provider last said who they are
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  person TEXT NOT NULL REFERENCES people (name),
  hash   TEXT NOT NULL,
  PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token      TEXT PRIMARY KEY, -- hashed
  data       BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expired ON sessions (expires_at);

CREATE TABLE tokens (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  owner      TEXT NOT NULL REFERENCES people (name),
  hash       TEXT NOT NULL UNIQUE,
  scope      TEXT NOT NULL,
  test       INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX tokens_by_owner ON tokens (owner);

-- Links that let somebody choose a password once.
CREATE TABLE resets (
  hash       TEXT PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES people (name),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE failed_sign_ins (
  id      INTEGER PRIMARY KEY,
  account TEXT NOT NULL, -- hashed, as typed: it may not be one of ours
  address TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX failed_sign_ins_by_account ON failed_sign_ins (account, at);
CREATE INDEX failed_sign_ins_by_address ON failed_sign_ins (address, at);
CREATE INDEX failed_sign_ins_by_age ON failed_sign_ins (at);

-- Requests that must take effect once. The key is kept nowhere.
CREATE TABLE idempotency_keys (
  id        BLOB NOT NULL UNIQUE, -- hash of who asked and the key
  print     BLOB NOT NULL, -- keyed hash of what was asked
  at        INTEGER NOT NULL,
  writer_id INTEGER NOT NULL DEFAULT 0, -- of the act's entries in the ledger, written with them
  first     INTEGER NOT NULL DEFAULT 0,
  count     INTEGER NOT NULL DEFAULT 0, -- 0: nothing was done, it was refused
  answer    BLOB -- sealed by the key; NULL until it is known
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (at);

-- An empty department or audience means every one.
CREATE TABLE policies (
  department    TEXT NOT NULL,
  audience      TEXT NOT NULL,
  approvals     INTEGER NOT NULL,
  role          TEXT NOT NULL,
  above         INTEGER NOT NULL,
  second_factor INTEGER NOT NULL,
  PRIMARY KEY (department, audience)
) STRICT, WITHOUT ROWID;

-- Systems of the office's own that are told what happens. The place is the
-- ledger's entry up to which they were told.
CREATE TABLE hooks (
  name         TEXT PRIMARY KEY,
  url          TEXT NOT NULL,
  types        TEXT NOT NULL,
  department   TEXT NOT NULL, -- empty: every one
  secret       TEXT NOT NULL,
  old_secret   TEXT NOT NULL DEFAULT '', -- signs as well until old_until
  old_until    INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  disabled_at  INTEGER NOT NULL DEFAULT 0,
  disabled_why TEXT NOT NULL DEFAULT '',
  writer_id    INTEGER NOT NULL,
  seq          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hook_deliveries (
  id        INTEGER PRIMARY KEY,
  hook      TEXT NOT NULL REFERENCES hooks (name) ON DELETE CASCADE,
  writer_id INTEGER NOT NULL, -- with seq: the ledger's entry
  seq       INTEGER NOT NULL,
  event     TEXT NOT NULL,
  type      TEXT NOT NULL,
  at        INTEGER NOT NULL,
  state     TEXT NOT NULL,
  attempts  INTEGER NOT NULL,
  status    INTEGER NOT NULL,
  says      TEXT NOT NULL,
  took      INTEGER NOT NULL, -- milliseconds
  first_at  INTEGER NOT NULL,
  last_at   INTEGER NOT NULL,
  next_at   INTEGER NOT NULL,
  UNIQUE (hook, writer_id, seq)
) STRICT;
CREATE INDEX hook_deliveries_waiting ON hook_deliveries (hook, next_at) WHERE state = 'waiting';
CREATE INDEX hook_deliveries_by_age ON hook_deliveries (last_at);

CREATE TABLE audiences (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  public      INTEGER NOT NULL,
  rule        TEXT NOT NULL,
  channels    TEXT NOT NULL,
  changed_by  TEXT NOT NULL DEFAULT '', -- who set it or imported into it last
  changed_at  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE subscribers (
  id          INTEGER PRIMARY KEY,
  address     TEXT NOT NULL,
  address_key TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  language    TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE audience_members (
  audience_id   INTEGER NOT NULL REFERENCES audiences (id) ON DELETE CASCADE,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  PRIMARY KEY (audience_id, subscriber_id)
) STRICT, WITHOUT ROWID;

-- An empty audience means all of them.
CREATE TABLE suppressions (
  address_key TEXT NOT NULL,
  audience    TEXT NOT NULL,
  reason      TEXT NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (address_key, audience)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  serial           INTEGER PRIMARY KEY, -- by which the send path writes
  id               TEXT NOT NULL UNIQUE,
  state            TEXT NOT NULL,
  hold             TEXT NOT NULL DEFAULT '',
  hold_by          TEXT NOT NULL DEFAULT '',
  revision         INTEGER NOT NULL,
  title            TEXT NOT NULL,
  department       TEXT NOT NULL,
  slug             TEXT NOT NULL,
  slug_key         TEXT NOT NULL,
  entry_id         TEXT NOT NULL UNIQUE,
  corrects         TEXT NOT NULL DEFAULT '', -- the message that this one corrects, or withdraws
  withdraws        INTEGER NOT NULL DEFAULT 0,
  earliest_at      INTEGER NOT NULL DEFAULT 0,
  late_limit       INTEGER NOT NULL DEFAULT 0,
  expires_at       INTEGER NOT NULL DEFAULT 0,
  submitted_digest TEXT NOT NULL DEFAULT '',
  approved_digest  TEXT NOT NULL DEFAULT '',
  submitted_by     TEXT NOT NULL DEFAULT '',
  created_at       INTEGER NOT NULL,
  approved_at      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX messages_by_age ON messages (created_at, id);
CREATE INDEX messages_by_original ON messages (corrects) WHERE corrects <> '';
CREATE INDEX messages_held ON messages (hold) WHERE state = 'held';

CREATE TABLE revisions (
  message_id TEXT NOT NULL REFERENCES messages (id),
  number     INTEGER NOT NULL,
  content    TEXT NOT NULL,
  digest     TEXT NOT NULL,
  editor     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  approved   INTEGER NOT NULL DEFAULT 0,
  template        TEXT NOT NULL DEFAULT '', -- that it was filled in from, and nobody wrote
  template_digest TEXT NOT NULL DEFAULT '', -- of the template as it was then
  PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;

-- Texts of corrections and withdrawals that are approved before they are needed.
CREATE TABLE templates (
  name         TEXT PRIMARY KEY,
  state        TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  department   TEXT NOT NULL, -- of the current revision; empty: every one
  submitted_by TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE template_revisions (
  name       TEXT NOT NULL REFERENCES templates (name),
  number     INTEGER NOT NULL,
  content    TEXT NOT NULL,
  digest     TEXT NOT NULL,
  editor     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  approved   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (name, number)
) STRICT, WITHOUT ROWID;

-- Of the revision in review, or of the one that is approved.
CREATE TABLE template_approvals (
  name     TEXT NOT NULL,
  revision INTEGER NOT NULL,
  by       TEXT NOT NULL,
  at       INTEGER NOT NULL,
  proved   INTEGER NOT NULL, -- with a fresh second factor
  PRIMARY KEY (name, revision, by),
  FOREIGN KEY (name, revision) REFERENCES template_revisions (name, number)
) STRICT, WITHOUT ROWID;

-- Which message an entry of somebody else's feed became.
CREATE TABLE imports (
  entry      TEXT PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES messages (id),
  at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE assets (
  sha256     TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  size       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A revision's frozen plan: what each channel would publish, to whom, where.
CREATE TABLE renderings (
  id          INTEGER PRIMARY KEY,
  message_id  TEXT NOT NULL,
  revision    INTEGER NOT NULL,
  channel     TEXT NOT NULL,
  audiences   TEXT NOT NULL, -- as they were at submit
  names       TEXT NOT NULL,
  destination TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  mode        TEXT NOT NULL,
  addressed   INTEGER NOT NULL,
  digest      TEXT NOT NULL,
  length      INTEGER NOT NULL,
  body        BLOB NOT NULL,
  planned     INTEGER NOT NULL DEFAULT 1, -- 0 once a later submit of the revision left it out
  action      TEXT NOT NULL DEFAULT '',   -- what it does: publish, or something about an original
  original    INTEGER NOT NULL DEFAULT 0, -- the send that it is about
  facts       TEXT NOT NULL DEFAULT '',   -- what the channel learned from outside before it was rendered
  UNIQUE (message_id, revision, channel),
  FOREIGN KEY (message_id, revision) REFERENCES revisions (message_id, number)
) STRICT;

CREATE TABLE approvals (
  id         INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES messages (id),
  revision   INTEGER NOT NULL,
  digest     TEXT NOT NULL,
  by         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  proved     INTEGER NOT NULL DEFAULT 0, -- with a fresh second factor
  voided_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX approvals_by_message ON approvals (message_id);

CREATE TABLE comments (
  id         INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES messages (id),
  revision   INTEGER NOT NULL,
  by         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  text       TEXT NOT NULL
) STRICT;
CREATE INDEX comments_by_message ON comments (message_id);

-- What one person released without an approval, until another settles it.
CREATE TABLE debts (
  message_id TEXT PRIMARY KEY REFERENCES messages (id),
  digest     TEXT NOT NULL,
  by         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  settled_by TEXT NOT NULL DEFAULT '',
  settled_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX debts_open ON debts (at) WHERE settled_at = 0;

-- The first of two people's decisions, waiting for the second.
CREATE TABLE countersigns (
  act     TEXT NOT NULL,
  subject TEXT NOT NULL,
  about   TEXT NOT NULL, -- what the first decided about; of anything else it is no first
  by      TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (act, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE channels (
  name       TEXT PRIMARY KEY,
  paused     INTEGER NOT NULL DEFAULT 0,
  reason     TEXT NOT NULL DEFAULT '',
  by         TEXT NOT NULL DEFAULT '',
  rehearsal  INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER NOT NULL,
  mode_by    TEXT NOT NULL DEFAULT '', -- who switched it to rehearsal or live last
  mode_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- How each channel's account stood when it was last checked.
CREATE TABLE channel_checks (
  name       TEXT PRIMARY KEY,
  checked_at INTEGER NOT NULL,
  class      TEXT NOT NULL DEFAULT '', -- empty: good
  reason     TEXT NOT NULL DEFAULT '',
  account    TEXT NOT NULL DEFAULT '',
  expires_at INTEGER NOT NULL DEFAULT 0,
  quota      TEXT NOT NULL DEFAULT '',
  warned_at  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE freezes (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  by     TEXT NOT NULL,
  reason TEXT NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

-- The queue. There is no second table to fall out of step with.
CREATE TABLE sends (
  id              INTEGER PRIMARY KEY,
  message_id      TEXT NOT NULL REFERENCES messages (id),
  channel         TEXT NOT NULL,
  run             INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  rendering_id    INTEGER NOT NULL REFERENCES renderings (id),
  names           TEXT NOT NULL,
  addressed       INTEGER NOT NULL,
  state           TEXT NOT NULL,
  hold            TEXT NOT NULL DEFAULT '',
  late_ok         INTEGER NOT NULL DEFAULT 0,
  due_at          INTEGER NOT NULL,
  next_at         INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  key             TEXT NOT NULL,
  digest          TEXT NOT NULL,
  class           TEXT NOT NULL DEFAULT '',
  reason          TEXT NOT NULL DEFAULT '',
  materialised_at INTEGER NOT NULL DEFAULT 0,
  sent_at         INTEGER NOT NULL DEFAULT 0,
  remote_id       TEXT NOT NULL DEFAULT '',
  remote_url      TEXT NOT NULL DEFAULT '',
  -- The channel as two people accepted it after the approval; empty: as approved.
  accepted_fingerprint TEXT NOT NULL DEFAULT '',
  accepted_mode        TEXT NOT NULL DEFAULT '',
  UNIQUE (message_id, channel, run)
) STRICT;
CREATE INDEX sends_due ON sends (channel, next_at) WHERE state IN ('planned', 'waiting');
CREATE INDEX sends_ready ON sends (channel, next_at) WHERE state IN ('planned', 'waiting') AND materialised_at > 0;
CREATE INDEX sends_leased ON sends (channel) WHERE state IN ('claimed', 'sending');
-- No index lists more than two states: SQLite builds a table for a longer list at every write.
CREATE INDEX sends_open ON sends (state) WHERE state IN ('failed', 'unknown');
CREATE INDEX sends_held ON sends (id) WHERE state = 'held';

CREATE TABLE recipients (
  id            INTEGER PRIMARY KEY,
  send_id       INTEGER NOT NULL REFERENCES sends (id),
  subscriber_id INTEGER NOT NULL,
  address       TEXT NOT NULL,
  address_key   TEXT NOT NULL,
  name          TEXT NOT NULL,
  state         TEXT NOT NULL,
  next_at       INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  key           TEXT NOT NULL,
  class         TEXT NOT NULL DEFAULT '',
  reason        TEXT NOT NULL DEFAULT '',
  sent_at       INTEGER NOT NULL DEFAULT 0,
  remote_id     TEXT NOT NULL DEFAULT '',
  UNIQUE (send_id, address_key)
) STRICT;
CREATE INDEX recipients_due ON recipients (send_id, next_at) WHERE state IN ('planned', 'waiting');
CREATE INDEX recipients_leased ON recipients (send_id) WHERE state IN ('claimed', 'sending');
CREATE INDEX recipients_open ON recipients (send_id, state) WHERE state IN ('failed', 'unknown');

CREATE TABLE tallies (
  send_id INTEGER NOT NULL REFERENCES sends (id),
  state   TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (send_id, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  id           INTEGER PRIMARY KEY,
  send_id      INTEGER NOT NULL,
  recipient_id INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  rehearsal    INTEGER NOT NULL,
  opened_at    INTEGER NOT NULL,
  closed_at    INTEGER NOT NULL DEFAULT 0,
  outcome      TEXT NOT NULL DEFAULT '',
  class        TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT '',
  remote_id    TEXT NOT NULL DEFAULT '',
  remote_url   TEXT NOT NULL DEFAULT '',
  detail       TEXT NOT NULL DEFAULT '',
  writer_id    INTEGER NOT NULL DEFAULT 0,
  entry        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attempts_by_send ON attempts (send_id, recipient_id);
CREATE INDEX attempts_by_entry ON attempts (writer_id, entry) WHERE entry > 0 AND recipient_id > 0;

-- What a send did at its destination so far, over all its attempts.
CREATE TABLE steps (
  send_id  INTEGER NOT NULL REFERENCES sends (id),
  revision INTEGER NOT NULL,
  name     TEXT NOT NULL,
  value    TEXT NOT NULL,
  cost     INTEGER NOT NULL, -- millionths of the account's currency
  at       INTEGER NOT NULL,
  PRIMARY KEY (send_id, revision, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX steps_by_time ON steps (at);

-- Each look at the destination for a send whose outcome is unknown.
CREATE TABLE lookups (
  send_id    INTEGER NOT NULL REFERENCES sends (id),
  number     INTEGER NOT NULL, -- from 1
  attempt_id INTEGER NOT NULL, -- that left the doubt; a later one starts anew
  at         INTEGER NOT NULL,
  verdict    TEXT NOT NULL,    -- empty: it could not look
  evidence   TEXT NOT NULL,
  next_at    INTEGER NOT NULL, -- of the next look; 0: no more, a person decides
  PRIMARY KEY (send_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_writers (
  id     INTEGER PRIMARY KEY,
  writer TEXT NOT NULL UNIQUE
) STRICT;

-- Rows stand in the order in which they come: an append touches no other page.
CREATE TABLE ledger_entries (
  writer_id INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  body      TEXT NOT NULL,
  PRIMARY KEY (writer_id, seq)
) STRICT;
-- What was decided about a message. What the queue writes at its full pace is left out.
CREATE INDEX ledger_entries_by_message ON ledger_entries (CASE WHEN json_valid(body) THEN body ->> 'message' END)
  WHERE kind <> 'send.attempt' AND kind <> 'send.recipients' AND kind <> 'message.done';

CREATE TABLE ledger_links (
  writer_id INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  first     INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  prev      BLOB NOT NULL,
  hash      BLOB NOT NULL,
  PRIMARY KEY (writer_id, number)
) STRICT, WITHOUT ROWID;

-- What the chain knows by a salted hash only; erasing a row leaves it whole.
CREATE TABLE ledger_ties (
  ref   TEXT PRIMARY KEY,
  salt  BLOB NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which ties each erasure of a person changed, and what binds them since. The
-- erasure's entry holds the hash over its rows.
CREATE TABLE ledger_erasures (
  number INTEGER NOT NULL, -- of the erased person
  ref    TEXT NOT NULL,
  bound  TEXT NOT NULL,
  PRIMARY KEY (ref, number)
) STRICT, WITHOUT ROWID;

-- What the public may read. Nothing of a message stands here before its
-- publication, and the public pages' connection can read nothing else.
CREATE TABLE public_pages (
  slug       TEXT PRIMARY KEY,
  entry_id   TEXT NOT NULL UNIQUE,
  page       BLOB NOT NULL,
  atom       BLOB NOT NULL,
  rss        BLOB NOT NULL,
  json       BLOB NOT NULL,
  item       BLOB NOT NULL,
  published_at INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX public_pages_newest ON public_pages (published_at);

CREATE TABLE public_page_audiences (
  audience     TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  slug         TEXT NOT NULL,
  PRIMARY KEY (audience, published_at, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE public_audiences (
  name        TEXT PRIMARY KEY,
  title       TEXT NOT NULL,
  description TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE public_assets (
  sha256     TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  size       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which pages show or offer an asset. Once none does, the public cannot read it.
CREATE TABLE public_page_assets (
  slug   TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (slug, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX public_page_assets_by_asset ON public_page_assets (sha256);

-- What was corrected or withdrawn in public, in the order of time.
CREATE TABLE public_corrections (
  id   INTEGER PRIMARY KEY,
  slug TEXT NOT NULL,
  item BLOB NOT NULL
) STRICT;

-- +goose Down
SELECT RAISE(ABORT, 'a schema is never taken back; restore a backup');
