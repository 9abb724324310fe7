from django.db import migrations

# What was said of the steps of changes is kept, with its key, so that addresses stay good.
TAKE_OVER = """
INSERT INTO tickets_task (
    id, ticket_id, sort, title, notes, assignee_id, planned_start, planned_end, state, result,
    is_automatic, key, position, opened_at
)
SELECT task.id, task.change_id, task.sort, task.title, '', task.assignee_id, task.planned_start,
       task.planned_end, task.state, '', task.is_automatic, '', task.position, ticket.opened_at
  FROM changes_changetask AS task JOIN tickets_ticket AS ticket ON ticket.id = task.change_id;
SELECT setval(
    pg_get_serial_sequence('tickets_task', 'id'), coalesce(max(id), 0) + 1, false
) FROM tickets_task;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("changes", "0010_how_long_decisions_are_kept"),
        ("tickets", "0014_service_requests_and_tasks"),
    ]

    operations = [
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
        migrations.DeleteModel(name="ChangeTask"),
    ]
