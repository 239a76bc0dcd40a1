"""The ledger, verbal orders, escalations, the formulary's products and what an order keeps of its protocol."""

import django.contrib.postgres.fields
import django.db.models.deletion
import infusions.models.formulary
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('infusions', '0005_infusion_has_a_date'),
        ('kitclinic', '0005_cap_may_stay_open'),
        ('scheduling', '0020_protocols_order'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CoSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('disputes', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Count',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='CountLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('expected_mg', models.DecimalField(decimal_places=3, max_digits=12)),
                ('counted_mg', models.DecimalField(decimal_places=3, max_digits=12)),
            ],
        ),
        migrations.CreateModel(
            name='Discrepancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DiscrepancyAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=500)),
                ('reported_to', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('because', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('kind', models.CharField(choices=[('received', 'Received'), ('withdrawn', 'Withdrawn'), ('administered', 'Administered'), ('wasted', 'Wasted'), ('returned', 'Returned'), ('discrepancy', 'Discrepancy')], max_length=20)),
                ('mg', models.DecimalField(decimal_places=3, max_digits=12)),
                ('ml', models.DecimalField(decimal_places=5, max_digits=14)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='OrderSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_use_days', models.PositiveSmallIntegerField(default=30)),
                ('after_first_days', models.PositiveSmallIntegerField(default=14)),
                ('escalate_minute', models.PositiveSmallIntegerField(default=900)),
            ],
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strength_mg_per_ml', models.PositiveSmallIntegerField()),
                ('vial_ml', models.DecimalField(decimal_places=1, max_digits=5)),
                ('maker', models.CharField(blank=True, max_length=80)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('is_multi_dose', models.BooleanField(default=True)),
                ('in_use', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('lot', models.CharField(max_length=40)),
                ('expires_on', models.DateField()),
                ('vials', models.PositiveSmallIntegerField()),
                ('supplier', models.CharField(max_length=120)),
                ('invoice', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Vault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('in_use', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='VerbalOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('kind', models.CharField(choices=[('hold', 'Hold'), ('stop', 'Stop'), ('as_needed', 'Ondansetron 8 mg as needed')], max_length=20)),
                ('words', models.CharField(max_length=300)),
                ('read_back', models.BooleanField()),
                ('said_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Vial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='formulary',
            name='bags_ml',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=infusions.models.formulary.bags, size=None),
        ),
        migrations.AddField(
            model_name='order',
            name='after_first_days',
            field=models.PositiveSmallIntegerField(default=14),
        ),
        migrations.AddField(
            model_name='order',
            name='antihypertensives',
            field=models.TextField(blank=True, max_length=1000),
        ),
        migrations.AddField(
            model_name='order',
            name='driver_plan',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='order',
            name='first_use_days',
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name='order',
            name='infusions_ordered',
            field=models.PositiveSmallIntegerField(default=5),
        ),
        migrations.AddField(
            model_name='order',
            name='medication_noted',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='order',
            name='protocol',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.protocolversion'),
        ),
        migrations.AddField(
            model_name='order',
            name='psychotropics',
            field=models.TextField(blank=True, max_length=1000),
        ),
        migrations.AddConstraint(
            model_name='infusion',
            constraint=models.UniqueConstraint(condition=models.Q(('started_at__isnull', False)), fields=('site', 'patient', 'date'), name='infusion_one_start_a_day', violation_error_message='An infusion of this patient was started today already; one a day.'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='signature',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.signature'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='count',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='count',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='countline',
            name='count',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='infusions.count'),
        ),
        migrations.AddField(
            model_name='countline',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='count_line',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancy', to='infusions.countline'),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='found_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='discrepancyanswer',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='discrepancyanswer',
            name='discrepancy',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='infusions.discrepancy'),
        ),
        migrations.AddField(
            model_name='discrepancyanswer',
            name='signature',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.signature'),
        ),
        migrations.AddField(
            model_name='discrepancyanswer',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='escalation',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scheduling.visit'),
        ),
        migrations.AddField(
            model_name='movement',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='movement',
            name='draw',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moved', to='infusions.movement'),
        ),
        migrations.AddField(
            model_name='movement',
            name='infusion',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='infusions.infusion'),
        ),
        migrations.AddField(
            model_name='movement',
            name='signature',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movement', to='kitclinic.signature'),
        ),
        migrations.AddField(
            model_name='movement',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='movement',
            name='witness',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='discrepancy',
            name='movement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='discrepancy', to='infusions.movement'),
        ),
        migrations.AddField(
            model_name='ordersettings',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='product',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='receipt',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='infusions.product'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='vault',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='vault',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='infusions.vault'),
        ),
        migrations.AddField(
            model_name='movement',
            name='vault',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='infusions.vault'),
        ),
        migrations.AddField(
            model_name='count',
            name='vault',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='infusions.vault'),
        ),
        migrations.AddField(
            model_name='verbalorder',
            name='heard_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='verbalorder',
            name='infusion',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='verbal_orders', to='infusions.infusion'),
        ),
        migrations.AddField(
            model_name='verbalorder',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verbal_orders', to='infusions.order'),
        ),
        migrations.AddField(
            model_name='verbalorder',
            name='prescriber',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='verbalorder',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='verbal',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cosignature', to='infusions.verbalorder'),
        ),
        migrations.AddField(
            model_name='vial',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='infusions.product'),
        ),
        migrations.AddField(
            model_name='vial',
            name='receipt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contents', to='infusions.receipt'),
        ),
        migrations.AddField(
            model_name='vial',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kitclinic.site'),
        ),
        migrations.AddField(
            model_name='vial',
            name='vault',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contents', to='infusions.vault'),
        ),
        migrations.AddField(
            model_name='movement',
            name='vial',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='infusions.vial'),
        ),
        migrations.AddField(
            model_name='countline',
            name='vial',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='count_lines', to='infusions.vial'),
        ),
        migrations.AddConstraint(
            model_name='discrepancyanswer',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='discrepancy_answer_has_words', violation_error_message='Say what became of it.'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(fields=('site', 'visit', 'date'), name='escalation_once', violation_error_message='This visit was called out already.'),
        ),
        migrations.AddConstraint(
            model_name='ordersettings',
            constraint=models.UniqueConstraint(fields=('site',), name='order_settings_once', violation_error_message='There is one set of order settings a site.'),
        ),
        migrations.AddConstraint(
            model_name='ordersettings',
            constraint=models.CheckConstraint(condition=models.Q(('after_first_days__gte', 1), ('escalate_minute__lte', 1439), ('first_use_days__gte', 1)), name='order_settings_make_sense', violation_error_message='An order holds at least a day; the hour lies inside one day.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('site', 'strength_mg_per_ml', 'vial_ml', 'maker', 'code'), name='product_once', violation_error_message='This vial is in the formulary already.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('strength_mg_per_ml__in', [10, 50, 100])), name='product_strength_exists', violation_error_message='Ketamine vials hold 10, 50 or 100 mg/mL.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('vial_ml__gt', 0)), name='product_vial_holds_something', violation_error_message='A vial holds more than nothing.'),
        ),
        migrations.AddConstraint(
            model_name='vault',
            constraint=models.UniqueConstraint(fields=('site', 'name'), name='vault_name_once', violation_error_message='There is a vault of this name already.'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('site', 'key'), name='receipt_once', violation_error_message='This delivery has already been saved.'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('vials__gte', 1), models.Q(('lot', ''), _negated=True)), name='receipt_has_vials_and_lot', violation_error_message='A delivery has at least one vial and a lot number.'),
        ),
        migrations.AddIndex(
            model_name='count',
            index=models.Index(fields=['site', 'vault', '-at'], name='count_latest'),
        ),
        migrations.AddConstraint(
            model_name='count',
            constraint=models.UniqueConstraint(fields=('site', 'key'), name='count_once', violation_error_message='This count has already been saved.'),
        ),
        migrations.AddConstraint(
            model_name='verbalorder',
            constraint=models.UniqueConstraint(fields=('site', 'key'), name='verbal_order_once', violation_error_message='This verbal order has already been saved.'),
        ),
        migrations.AddConstraint(
            model_name='verbalorder',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'as_needed')), fields=('site', 'infusion'), name='verbal_as_needed_once', violation_error_message='One further dose is ordered already; there is no third.'),
        ),
        migrations.AddConstraint(
            model_name='verbalorder',
            constraint=models.CheckConstraint(condition=models.Q(('read_back', True), models.Q(('words', ''), _negated=True), models.Q(('prescriber', models.F('heard_by')), _negated=True)), name='verbal_order_is_read_back', violation_error_message='A verbal order is heard by another person and read back.'),
        ),
        migrations.AddConstraint(
            model_name='verbalorder',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'hold'), ('infusion__isnull', False), _connector='OR'), name='verbal_order_has_infusion', violation_error_message='To stop, or to give a dose, is said about an infusion.'),
        ),
        migrations.AddConstraint(
            model_name='vial',
            constraint=models.UniqueConstraint(fields=('site', 'number'), name='vial_number_once', violation_error_message='Somebody has just taken these vial numbers. Save once more.'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['site', 'vial'], name='movement_by_vial'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['site', 'infusion'], name='movement_by_infusion'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['site', 'vault', '-received_at', '-id'], name='movement_newest'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.UniqueConstraint(fields=('site', 'key'), name='movement_once', violation_error_message='This movement has already been saved.'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('mg__gt', 0), ('ml__gt', 0)), models.Q(('kind', 'discrepancy'), ('mg__lt', 0), ('ml__lt', 0)), models.Q(('kind', 'discrepancy'), ('mg__gt', 0), ('ml__gt', 0)), _connector='OR'), name='movement_moves_something', violation_error_message='A movement is more than nothing.'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('draw__isnull', True), ('kind__in', ['received', 'withdrawn'])), models.Q(('draw__isnull', False), ('kind__in', ['administered', 'returned'])), ('kind__in', ['wasted', 'discrepancy']), _connector='OR'), name='movement_draw_agrees_with_kind', violation_error_message='Only a drawn dose is administered or returned.'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('infusion__isnull', False), ('kind', 'withdrawn')), models.Q(('draw__isnull', False), ('infusion__isnull', False)), models.Q(('draw__isnull', True), ('infusion__isnull', True), models.Q(('kind', 'withdrawn'), _negated=True)), _connector='OR'), name='movement_dose_belongs_to_an_infusion', violation_error_message='A dose is drawn for one infusion.'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'wasted'), _negated=True), models.Q(('signature__isnull', False), ('witness__isnull', False), models.Q(('witness', models.F('by')), _negated=True)), _connector='OR'), name='movement_waste_is_witnessed', violation_error_message='Waste needs a second person who watched it and signs.'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['discrepancy', 'returned']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='movement_has_reason', violation_error_message='A return and a discrepancy need their reason.'),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.UniqueConstraint(fields=('site', 'count', 'vial'), name='count_line_once', violation_error_message='This vial is counted already.'),
        ),
        migrations.AddConstraint(
            model_name='countline',
            constraint=models.CheckConstraint(condition=models.Q(('counted_mg__gte', 0)), name='count_line_not_below_zero', violation_error_message='No vial holds less than nothing.'),
        ),
    ]
