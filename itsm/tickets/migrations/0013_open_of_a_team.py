from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0003_service_follower'),
        ('people', '0006_other_houses'),
        ('tickets', '0012_any_kind'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('phase__in', ['new', 'active', 'waiting'])), fields=['team', 'priority', '-id'], name='ticket_open_of_team'),
        ),
        # In an outage one service has most of what is open; a plan made for as many as an average
        # service has reads them all and sorts them.
        migrations.RunSQL(
            "CREATE STATISTICS ticket_phase_of_service (mcv) ON service_id, phase FROM tickets_ticket",
            "DROP STATISTICS ticket_phase_of_service",
        ),
    ]
