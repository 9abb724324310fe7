import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# The words of a text as stems. ComposedNames and under_scored ones are taken apart; the longest
# texts are cut, as what comes late in them is mostly logs.
WORDS = r"""
CREATE FUNCTION likeness_apart(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(given,
        '([a-z0-9])([A-Z])', '\1 \2', 'g'),
        '([A-Z])([A-Z][a-z])', '\1 \2', 'g'),
        '[!-/:-@[-`{-~]+', ' ', 'g')
$$;
CREATE FUNCTION likeness_words(title text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(to_tsvector('pg_catalog.english', likeness_apart(title)), 'A')
        || to_tsvector('pg_catalog.english', likeness_apart(left(body, 8000)))
$$;
"""
NO_WORDS = """
DROP FUNCTION likeness_words(text, text);
DROP FUNCTION likeness_apart(text);
"""
# Whichever way a ticket comes or is reworded, its likeness is there in the same transaction.
KEEPING = """
CREATE FUNCTION likeness_of_new_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_likeness (sort, subject_id, words)
    SELECT 'ticket', id, likeness_words(title, description) FROM fresh
    ON CONFLICT (sort, subject_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$;
CREATE FUNCTION likeness_of_reworded_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tickets_likeness SET words = likeness_words(NEW.title, NEW.description)
    WHERE sort = 'ticket' AND subject_id = NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION likeness_of_lost_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tickets_likeness WHERE sort = 'ticket' AND subject_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_likeness_new AFTER INSERT ON tickets_ticket
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION likeness_of_new_tickets();
CREATE TRIGGER ticket_likeness_reworded AFTER UPDATE OF title, description ON tickets_ticket
FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.description <> NEW.description)
EXECUTE FUNCTION likeness_of_reworded_ticket();
CREATE TRIGGER ticket_likeness_lost AFTER DELETE ON tickets_ticket
FOR EACH ROW EXECUTE FUNCTION likeness_of_lost_ticket();
"""
NO_KEEPING = """
DROP TRIGGER ticket_likeness_lost ON tickets_ticket;
DROP TRIGGER ticket_likeness_reworded ON tickets_ticket;
DROP TRIGGER ticket_likeness_new ON tickets_ticket;
DROP FUNCTION likeness_of_lost_ticket();
DROP FUNCTION likeness_of_reworded_ticket();
DROP FUNCTION likeness_of_new_tickets();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0004_what_was_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='LikenessTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(max_length=16, unique=True)),
                ('records', models.PositiveBigIntegerField(default=0)),
                ('words', models.PositiveBigIntegerField(default=0)),
                ('title_words', models.PositiveBigIntegerField(default=0)),
                ('counted_to', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Likeness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(max_length=16)),
                ('subject_id', models.BigIntegerField()),
                ('words', django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(condition=models.Q(('sort', 'ticket')), fastupdate=False, fields=['words'], name='likeness_of_tickets'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('sort', 'ticket'), _negated=True), fastupdate=False, fields=['words'], name='likeness_of_others')],
                'constraints': [models.UniqueConstraint(fields=('sort', 'subject_id'), name='one_likeness_each')],
            },
        ),
        migrations.CreateModel(
            name='WordCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(max_length=16)),
                ('word', models.TextField()),
                ('records', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sort', 'word'), name='one_count_a_word')],
            },
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
        migrations.RunSQL(KEEPING, NO_KEEPING),
    ]
