import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_inbox")]

    operations = [
        migrations.RemoveIndex(
            model_name='message',
            name='message_inbox',
        ),
        migrations.RemoveField(
            model_name='message',
            name='number',
        ),
        migrations.RemoveField(
            model_name='message',
            name='read_at',
        ),
        migrations.AddField(
            model_name='message',
            name='because',
            field=models.CharField(blank=True, choices=[('actor', 'Did it himself'), ('unseen', 'May not see it'), ('inactive', 'May not sign in'), ('preference', 'Chose not to be told'), ('no_address', 'Has no address')], max_length=12, verbose_name='why not'),
        ),
        migrations.AlterField(
            model_name='message',
            name='channel',
            field=models.CharField(max_length=20, verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='message',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='written'),
        ),
        migrations.AlterField(
            model_name='message',
            name='detail',
            field=models.CharField(blank=True, max_length=300, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='message',
            name='sent_at',
            field=models.DateTimeField(null=True, verbose_name='sent'),
        ),
        migrations.AlterField(
            model_name='message',
            name='status',
            field=models.CharField(choices=[('queued', 'Waiting'), ('sent', 'Sent'), ('skipped', 'Not sent'), ('failed', 'Failed')], default='queued', max_length=8, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='message',
            name='subject',
            field=models.CharField(max_length=300, verbose_name='subject'),
        ),
        migrations.AlterField(
            model_name='message',
            name='why',
            field=models.CharField(choices=[('caller', 'reported it'), ('assignee', 'works on it'), ('team', 'is in its team'), ('watcher', 'watches it'), ('mentioned', 'was mentioned'), ('owner', 'owns the account'), ('endpoint', 'a room of the team')], max_length=12, verbose_name='why this person'),
        ),
    ]
