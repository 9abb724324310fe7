from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('tickets', '0007_draft'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('phase__in', ['new', 'active', 'waiting'])), fields=['kind', 'id'], name='ticket_open_newest'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('phase__in', ['new', 'active', 'waiting'])), fields=['kind', 'opened_at', 'id'], name='ticket_open_opened'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('phase__in', ['new', 'active', 'waiting'])), fields=['kind', 'updated_at', 'id'], name='ticket_open_updated'),
        ),
    ]
