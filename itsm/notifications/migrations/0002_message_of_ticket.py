import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE notifications_message AS message SET
    ticket_id = (SELECT id FROM tickets_ticket WHERE tickets_ticket.number = message.number),
    topic = CASE WHEN why = 'team' THEN 'team' WHEN why = 'watcher' THEN 'watched'
                 ELSE 'changed' END
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("tickets", "0005_ticket_confidential"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="ticket",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="topic",
            field=models.CharField(default="changed", max_length=12, verbose_name="sort of news"),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
