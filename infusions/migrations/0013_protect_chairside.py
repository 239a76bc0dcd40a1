"""What is found, said and sent at the chair is written once, inside one site."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


class Migration(migrations.Migration):
    dependencies = [("infusions", "0012_chairside")]
    operations = [
        protect(
            "infusions_adverseeventreview",
            "infusions_flagwithdrawal",
            "infusions_intake",
            "infusions_keptaside",
            "infusions_keptasideanswer",
            "infusions_monitorreading",
            "infusions_nextdaycall",
            "infusions_openingcheck",
            "infusions_readinganswer",
        ),
        same_site("infusions"),
    ]
