from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

PREFIXES = ["inc", "prb", "chg", "req", "ritm", "task", "kb", "pir", "cir"]

SEQUENCES = "".join(f"CREATE SEQUENCE ticket_number_{prefix};" for prefix in PREFIXES)
NO_SEQUENCES = "".join(f"DROP SEQUENCE ticket_number_{prefix};" for prefix in PREFIXES)

VOCABULARY = """
CREATE TABLE ticket_word (word text PRIMARY KEY, letters text NOT NULL);
CREATE INDEX ticket_word_letters ON ticket_word (letters);
CREATE INDEX ticket_word_alike ON ticket_word USING gin (word gin_trgm_ops);
CREATE TABLE ticket_vocabulary (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    learnt_to bigint NOT NULL
);
"""
NO_VOCABULARY = "DROP TABLE ticket_vocabulary; DROP TABLE ticket_word;"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(SEQUENCES, NO_SEQUENCES),
        migrations.RunSQL(VOCABULARY, NO_VOCABULARY),
    ]
