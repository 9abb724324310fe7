
import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_seals_are_append_only'),
        ('notifications', '0010_rooms_hear_of_approvals'),
        ('tickets', '0012_any_kind'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='why',
            field=models.CharField(choices=[('caller', 'reported it'), ('assignee', 'works on it'), ('team', 'is in its team'), ('watcher', 'watches it'), ('mentioned', 'was mentioned'), ('approver', 'is asked for approval'), ('owner', 'owns the account'), ('endpoint', 'a room of the team'), ('hit', 'is hit by it'), ('follower', 'follows its service')], max_length=12, verbose_name='why this person'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['created_at'], name='message_age'),
        ),
    ]
