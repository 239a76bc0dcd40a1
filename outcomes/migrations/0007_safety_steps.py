"""What happened to each safety task between the alert and its acknowledgement; whom it went to so far."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site


def carry(apps: Any, schema_editor: Any) -> None:
    """The first message went to the nurse on call, that of an escalated task to the physician on call as well."""
    alias = schema_editor.connection.alias
    steps = apps.get_model("outcomes", "SafetyStep").objects.using(alias)
    tasks = apps.get_model("outcomes", "SafetyTask").objects.using(alias)
    for task in tasks.order_by("pk"):
        told = [("nurse on call", task.opened_at)]
        if task.escalated_at:
            task.escalations = 1
            told.append(("physician on call", task.escalated_at))
        elif task.acknowledged_at is None:
            task.next_escalation_at = task.due_at
        task.save(update_fields=["escalations", "next_escalation_at"])
        for to, at in told:
            steps.create(site_id=task.site_id, task=task, kind="told", to=to, at=at)


class Migration(migrations.Migration):
    dependencies = [
        ("kitclinic", "0011_tablet_tokens_by_site"),
        ("outcomes", "0006_paper_days_and_score_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SafetyStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("told", "Told"),
                            ("taken", "Taken"),
                            ("handed_back", "Handed back"),
                            ("tried", "Tried, not reached"),
                            ("followed_up", "Followed up"),
                        ],
                        max_length=20,
                    ),
                ),
                ("to", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitclinic.site"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="outcomes.safetytask"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["site", "task", "at"], name="safety_step_by_task")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "told")),
                        fields=("site", "task", "to"),
                        name="safety_step_told_once",
                        violation_error_message="They have been told of this safety task already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by__isnull", True), ("kind", "told"), models.Q(("to", ""), _negated=True)),
                            models.Q(models.Q(("kind", "told"), _negated=True), ("by__isnull", False), ("to", "")),
                            _connector="OR",
                        ),
                        name="safety_step_has_its_person",
                        violation_error_message="What was done about a safety task carries a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "followed_up"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="safety_step_follow_up_in_words",
                        violation_error_message="Say what the follow-up was.",
                    ),
                ],
            },
        ),
        protect("outcomes_safetystep"),
        same_site("outcomes"),
        migrations.RunPython(carry, migrations.RunPython.noop),
    ]
