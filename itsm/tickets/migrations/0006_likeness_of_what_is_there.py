from django.db import migrations

BATCH = 5_000

# Tickets that came meanwhile have theirs by the trigger.
FILL = """
WITH old AS (
    SELECT id, title, description FROM tickets_ticket WHERE id > %s ORDER BY id LIMIT %s
), kept AS (
    INSERT INTO tickets_likeness (sort, subject_id, words)
    SELECT 'ticket', id, likeness_words(title, description) FROM old ORDER BY id
    ON CONFLICT (sort, subject_id) DO NOTHING
)
SELECT max(id) FROM old
"""


def fill(apps, schema_editor):
    last = 0
    while last is not None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(FILL, [last, BATCH])
            last = cursor.fetchone()[0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "0005_likeness")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
