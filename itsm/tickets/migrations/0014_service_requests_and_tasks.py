import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0003_service_follower'),
        ('people', '0006_other_houses'),
        ('tickets', '0013_open_of_a_team'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('planning', 'Planning'), ('implementation', 'Implementation'), ('testing', 'Testing'), ('review', 'Review'), ('fulfilment', 'Fulfilment'), ('repair', 'Repair'), ('taking_back', 'Taking back')], max_length=16, verbose_name='sort')),
                ('title', models.CharField(max_length=250, verbose_name='title')),
                ('notes', models.TextField(blank=True, max_length=10000, verbose_name='what to know')),
                ('planned_start', models.DateTimeField(blank=True, null=True)),
                ('planned_end', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('done', 'Done'), ('incomplete', 'Could not be done'), ('skipped', 'Not needed'), ('canceled', 'Canceled')], default='open', max_length=12)),
                ('result', models.TextField(blank=True, max_length=10000, verbose_name='what came of it')),
                ('is_automatic', models.BooleanField(default=False, editable=False)),
                ('key', models.CharField(blank=True, editable=False, max_length=160)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
            ],
        ),
        # In two steps, so that the table is not held while every row is looked at.
        AddConstraintNotValid(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'service_request'), _negated=True), ('state__in', ['draft', 'submitted', 'awaiting_approval', 'approved', 'fulfilling', 'pending', 'failed', 'fulfilled', 'closed_complete', 'closed_incomplete', 'closed_skipped', 'rejected', 'canceled']), _connector='OR'), name='service_request_state_known'),
        ),
        ValidateConstraint(model_name='ticket', name='service_request_state_known'),
        migrations.AddField(
            model_name='task',
            name='assignee',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='task',
            name='closed_by',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='task',
            name='team',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to='people.team'),
        ),
        migrations.AddField(
            model_name='task',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='tickets.ticket'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['ticket', 'position', 'id'], name='task_of_ticket'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ['open', 'in_progress'])), fields=['assignee', 'id'], name='task_of_assignee'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ['open', 'in_progress'])), fields=['team', 'id'], name='task_of_team'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='one_task_a_key'),
        ),
    ]
