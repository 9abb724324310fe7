from django.db import migrations

# From now on each is remembered when it is published.
FILL = """
INSERT INTO tickets_likeness (sort, subject_id, words)
SELECT 'article', id, likeness_words(title, concat_ws(' ', keywords, summary, body))
FROM knowledge_version WHERE state IN ('published', 'needs_review', 'pending_retirement')
ON CONFLICT (sort, subject_id) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0001_articles"),
        ("tickets", "0006_likeness_of_what_is_there"),
    ]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
