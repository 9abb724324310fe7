import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Whichever way a known error comes, is reworded or is over, its words are right in the same
# transaction.
KEEPING = """
CREATE FUNCTION problems_keep_words(kept bigint) RETURNS void LANGUAGE sql AS $$
    DELETE FROM problems_knownwords WHERE problem_id = kept;
    INSERT INTO problems_knownwords (problem_id, service_id, words)
    SELECT ticket.id, ticket.service_id, to_tsvector('pg_catalog.simple',
        concat_ws(' ', ticket.title, problem.symptoms, problem.caller_summary,
                  left(ticket.description, 2000)))
    FROM problems_problem AS problem JOIN tickets_ticket AS ticket
        ON ticket.id = problem.ticket_ptr_id
    WHERE ticket.id = kept AND problem.known_error_at IS NOT NULL
        AND (ticket.phase IN ('new', 'active', 'waiting')
             OR problem.resolution_code = 'risk_accepted');
$$;
CREATE FUNCTION problems_keep_words_of_problem() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM problems_keep_words(NEW.ticket_ptr_id);
    RETURN NULL;
END $$;
CREATE FUNCTION problems_keep_words_of_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM problems_keep_words(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER problem_words_new AFTER INSERT ON problems_problem
FOR EACH ROW WHEN (NEW.known_error_at IS NOT NULL)
EXECUTE FUNCTION problems_keep_words_of_problem();
CREATE TRIGGER problem_words_changed
AFTER UPDATE OF symptoms, caller_summary, known_error_at, resolution_code ON problems_problem
FOR EACH ROW WHEN (
    (OLD.known_error_at, OLD.resolution_code, OLD.symptoms, OLD.caller_summary)
    IS DISTINCT FROM
    (NEW.known_error_at, NEW.resolution_code, NEW.symptoms, NEW.caller_summary)
) EXECUTE FUNCTION problems_keep_words_of_problem();
CREATE TRIGGER problem_words_told
AFTER UPDATE OF title, description, phase, service_id ON tickets_ticket
FOR EACH ROW WHEN (
    NEW.kind = 'problem' AND (OLD.phase, OLD.service_id, OLD.title, OLD.description)
    IS DISTINCT FROM (NEW.phase, NEW.service_id, NEW.title, NEW.description)
) EXECUTE FUNCTION problems_keep_words_of_ticket();
SELECT problems_keep_words(ticket_ptr_id) FROM problems_problem WHERE known_error_at IS NOT NULL;
"""
NO_KEEPING = """
DROP TRIGGER problem_words_told ON tickets_ticket;
DROP TRIGGER problem_words_changed ON problems_problem;
DROP TRIGGER problem_words_new ON problems_problem;
DROP FUNCTION problems_keep_words_of_ticket();
DROP FUNCTION problems_keep_words_of_problem();
DROP FUNCTION problems_keep_words(bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0001_squashed'),
        ('problems', '0006_fault_tree'),
    ]

    operations = [
        migrations.CreateModel(
            name='KnownWords',
            fields=[
                ('problem', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='problems.problem')),
                ('words', django.contrib.postgres.search.SearchVectorField()),
                ('service', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='inventory.service')),
            ],
            options={
                'verbose_name_plural': 'known words',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='known_words')],
            },
        ),
        migrations.RunSQL(KEEPING, NO_KEEPING),
    ]
