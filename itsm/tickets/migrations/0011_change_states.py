from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

STATES = [
    "new", "assess", "authorize", "scheduled", "implement", "review", "closed", "canceled",
]
KNOWN = models.CheckConstraint(
    condition=models.Q(("kind", "change"), _negated=True) | models.Q(("state__in", STATES)),
    name="change_state_known",
)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_rating")]

    # In two steps, so that the table is not held while every row is looked at.
    operations = [
        AddConstraintNotValid(model_name="ticket", constraint=KNOWN),
        ValidateConstraint(model_name="ticket", name="change_state_known"),
    ]
