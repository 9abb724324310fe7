from django.db import migrations

# From now on each is remembered when it is written.
FILL = """
INSERT INTO tickets_likeness (sort, subject_id, words)
SELECT 'runbook', runbook.id, likeness_words(runbook.name, concat_ws(
    ' ', replace(runbook.slug, '-', ' '), runbook.description,
    (SELECT text FROM automation_runbookversion AS version
     WHERE version.runbook_id = runbook.id ORDER BY number DESC LIMIT 1)
))
FROM automation_runbook AS runbook
ON CONFLICT (sort, subject_id) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0002_versions_and_causes"),
        ("tickets", "0006_likeness_of_what_is_there"),
    ]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
