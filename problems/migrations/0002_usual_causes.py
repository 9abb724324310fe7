from django.db import migrations

USUAL = (
    ("software-defect", "Software defect"),
    ("configuration", "Configuration"),
    ("capacity", "Capacity"),
    ("hardware", "Hardware"),
    ("change", "A change"),
    ("supplier", "Supplier"),
    ("process", "Process or training"),
    ("unknown", "Not found"),
)


def add_usual(apps, _schema_editor):
    """Offer the usual sorts of causes; administrators keep the list from then on."""
    category = apps.get_model("problems", "CauseCategory")
    for position, (slug, name) in enumerate(USUAL):
        category.objects.get_or_create(slug=slug, defaults={"name": name, "position": position * 10})


class Migration(migrations.Migration):
    dependencies = [("problems", "0001_problems")]

    operations = [migrations.RunPython(add_usual, migrations.RunPython.noop)]
