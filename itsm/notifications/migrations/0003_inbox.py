import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
INSERT INTO notifications_inboxentry (user_id, ticket_id, latest_id, unread, is_read, read_at)
SELECT recipient_id, ticket_id, max(id), count(*), bool_and(read_at IS NOT NULL),
       CASE WHEN bool_and(read_at IS NOT NULL) THEN max(read_at) END
FROM notifications_message WHERE channel = 'inbox' AND ticket_id IS NOT NULL
GROUP BY recipient_id, ticket_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ('notifications', '0002_message_of_ticket'),
        ('tickets', '0005_ticket_confidential'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InboxEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unread', models.PositiveIntegerField(default=1)),
                ('is_read', models.BooleanField(default=False)),
                ('read_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='inboxentry',
            name='latest',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.message'),
        ),
        migrations.AddField(
            model_name='inboxentry',
            name='ticket',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket'),
        ),
        migrations.AddField(
            model_name='inboxentry',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='inbox', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='inboxentry',
            index=models.Index(fields=['user', 'is_read', '-latest'], name='inbox_order'),
        ),
        migrations.AddConstraint(
            model_name='inboxentry',
            constraint=models.UniqueConstraint(fields=('user', 'ticket'), name='one_entry_a_record'),
        ),
        migrations.AddConstraint(
            model_name='inboxentry',
            constraint=models.CheckConstraint(condition=models.Q(('is_read', models.Q(('read_at__isnull', False)))), name='read_at_a_time'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
