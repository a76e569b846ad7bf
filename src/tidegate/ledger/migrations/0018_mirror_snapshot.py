from django.db import migrations


class Migration(migrations.Migration):
    """A new name for the folded part of a mirror; its rows stay."""

    dependencies = [("tidegate", "0017_figures")]

    operations = [migrations.RenameModel("MirrorPicture", "MirrorSnapshot")]
