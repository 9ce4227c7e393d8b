"""The ledger's tables, and the statements that bring an older one up to date."""

from __future__ import annotations

APPLICATION = 0x42757572
"""Marks the file as ours ("Buur"), so that another program's database is not taken for a ledger."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (  # 1
        # The secret of all digests. It left this file: see the seventeenth.
        "CREATE TABLE salt (bytes BLOB NOT NULL)",
        # A message of one act and version to one person. `address` and `identities` are digests; `via` is the
        # state that the mailbox of the last attempt gives to what it took; `day` is the day that the row names,
        # the other times are UTC.
        """CREATE TABLE message (
            person TEXT NOT NULL, act TEXT NOT NULL, version TEXT NOT NULL,
            message_id TEXT NOT NULL UNIQUE,
            address TEXT NOT NULL, identities TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('bezig', 'klaargezet', 'verstuurd', 'wacht', 'geweigerd', 'onzeker')),
            reason TEXT NOT NULL DEFAULT '',
            via TEXT NOT NULL,
            day TEXT NOT NULL, planned_at TEXT NOT NULL, changed_at TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, next_try TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (person, act, version)
        ) WITHOUT ROWID""",
        "CREATE INDEX message_in_state ON message (state) WHERE state = 'bezig'",
        # Every time that a message left, or may have left, over the wire: the day's limit counts these.
        "CREATE TABLE departure (at TEXT NOT NULL, message_id TEXT NOT NULL)",
        "CREATE INDEX departure_at ON departure (at)",
        # Digests of addresses that asked to be left alone; they outlive every row.
        "CREATE TABLE do_not_mail (address TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
        # Until when the mailbox asked to be left in peace.
        "CREATE TABLE pause (until TEXT NOT NULL)",
        # The highest number ever given by prefix, and which number an identity goes by.
        "CREATE TABLE number (prefix TEXT PRIMARY KEY, highest INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE identity (digest TEXT PRIMARY KEY, nr TEXT NOT NULL) WITHOUT ROWID",
        # What the last whole run counted.
        "CREATE TABLE seen (what TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
        # The files under out/ that we wrote, by the digest of what stands in them.
        "CREATE TABLE written (path TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (path, digest)) WITHOUT ROWID",
        # Whose cards left in which bundle.
        "CREATE TABLE bundle (number INTEGER PRIMARY KEY, name TEXT NOT NULL, day TEXT NOT NULL)",
        """CREATE TABLE card (
            bundle INTEGER NOT NULL REFERENCES bundle (number), person TEXT NOT NULL, digest TEXT NOT NULL,
            PRIMARY KEY (bundle, person)
        ) WITHOUT ROWID""",
    ),
    (  # 2
        # Answers and delivery reports that were heard: one that still lies in the mailbox says nothing new.
        "CREATE TABLE heard (digest TEXT PRIMARY KEY) WITHOUT ROWID",
    ),
    (  # 3
        # What this machine wrote in the row about a letter and that does not speak against a next try: its own
        # announcement, or the mark of a try that counts no more. Anything else there is another machine's.
        "ALTER TABLE message ADD COLUMN told TEXT NOT NULL DEFAULT ''",
    ),
    (  # 4
        # What was last seen of each person: digests of his mobile, address and name, and the persons of other rows
        # that he was before. Who is who over the months follows from it.
        """CREATE TABLE recipient (
            person TEXT PRIMARY KEY,
            mobile TEXT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, known_as TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
    (  # 5
        # Addresses (digests) whose mail asked to be left alone without proof: a person has to look, and to say.
        "CREATE TABLE asked (address TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
    ),
    (  # 6
        # What a letter told of somebody's place: which group (its folded name), which role in it, and which number
        # of the regiegroep (a digest). Letters that left before this was remembered have no row here.
        """CREATE TABLE notice (
            person TEXT NOT NULL, act TEXT NOT NULL, version TEXT NOT NULL,
            group_name TEXT NOT NULL, role TEXT NOT NULL, number TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (person, act, version)
        ) WITHOUT ROWID""",
        # Where people stood who were welcomed before that, when they were first seen: nobody is mailed for it.
        """CREATE TABLE sight (
            person TEXT NOT NULL, group_name TEXT NOT NULL, role TEXT NOT NULL, number TEXT NOT NULL,
            day TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (person, group_name, role)
        ) WITHOUT ROWID""",
    ),
    (  # 7
        # Letters of which an unproven report says that the day's limit stopped them: a second one bears that out.
        "CREATE TABLE limit_told (message_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
        # Admins (digests of mobile and group) to whose cards somebody said yes before mails with them left.
        "CREATE TABLE agreed_admin (digest TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
    ),
    (  # 8
        # The messages of the mailbox (by the digest of its folder) that were looked at, whatever was in them.
        "CREATE TABLE looked (mailbox TEXT NOT NULL, uid TEXT NOT NULL, PRIMARY KEY (mailbox, uid)) WITHOUT ROWID",
    ),
    (  # 9
        # The letters that were put ready as files: their name, the digest of what was written, and of what they say.
        """CREATE TABLE lying (
            message_id TEXT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, facts TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
    (  # 10
        # A ledger of which messages left before anybody was asked about admins: who was one then is not new.
        "INSERT INTO seen SELECT 'admins_before', count(*) FROM message HAVING count(*) > 0",
    ),
    (  # 11
        # When it was first seen that a letter left at a time that is yet to come: the day's limit counts it from then.
        "ALTER TABLE departure ADD COLUMN seen TEXT NOT NULL DEFAULT ''",
    ),
    (  # 12
        # What a row said of a letter is called the same everywhere; and nothing ever counted cards by bundle.
        "ALTER TABLE message RENAME COLUMN told TO reported",
        "DROP TABLE card",
        "DROP TABLE bundle",
    ),
    (  # 13
        # What tab Logboek of the register ever said, of letters from whatever laptop: its own keys and marks, and as
        # "geheim" the secret that these are made with, sealed since the seventeenth.
        """CREATE TABLE logbook (
            key TEXT PRIMARY KEY, nr TEXT NOT NULL, act TEXT NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL,
            mark TEXT NOT NULL, since TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
    (  # 14
        # Which contacts (digests of mobile and name, by Nr) lie ready for an admin, went to her by mail (`kind` is the
        # version of that), or were handed over to her.
        """CREATE TABLE bundle (
            person TEXT NOT NULL, circle TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, cards TEXT NOT NULL,
            at TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (person, circle, kind)
        ) WITHOUT ROWID""",
    ),
    (  # 15
        # Who was forgotten: his Nr, and digests made with that Nr of what he was known by, which fit nothing else here.
        "CREATE TABLE forgotten (mark TEXT PRIMARY KEY, nr TEXT NOT NULL) WITHOUT ROWID",
    ),
    (  # 16
        # By what tab Logboek names all contacts of a circle, so that what another laptop gave is known by it here.
        "ALTER TABLE bundle ADD COLUMN state TEXT NOT NULL DEFAULT ''",
    ),
    (  # 17
        # The secret stands in a file of its own from here on (`secret.py`, and the functions that `database.py` gives):
        # what is left of it is a proof. Whatever could be tried without it is keyed or sealed with it.
        "CREATE TABLE proof (mark TEXT NOT NULL)",
        "INSERT INTO proof SELECT proof_of(bytes) FROM salt",
        "UPDATE written SET digest = keyed(digest)",
        "UPDATE lying SET digest = keyed(digest)",
        "UPDATE logbook SET mark = sealed(mark) WHERE key = 'geheim'",
        "DELETE FROM salt",
    ),
    (  # 18
        # Its pages were overwritten by then.
        "DROP TABLE salt",
    ),
    (  # 19
        # After what she was given before: where another laptop gave her something since, what lies ready is old.
        "ALTER TABLE bundle ADD COLUMN after TEXT NOT NULL DEFAULT ''",
    ),
)
"""The statements that bring a ledger from version n to n + 1. One that was ever released is never changed."""

WITH_PROOF, WITHOUT_SALT = 17, 18
"""The version from which on a ledger holds no secret any more, and the one in which no page of it does."""
