"""Patients as a search reads them: a view, for operators that are asked of no index behind a policy."""

from django.db import models

from kitclinic.models import Site


class SearchedPatient(models.Model):
    """What identifies a patient of the named sites. Read only; the row itself is ``Patient`` with the same key.

    Behind a row policy the database asks an index only what cannot tell of other rows, and pieces of words or
    of telephone numbers are not among that. The view keeps to the same sites itself and lets it ask (ROW-05).
    """

    site = models.ForeignKey(Site, on_delete=models.DO_NOTHING, related_name="+")
    record_number = models.CharField(max_length=40)
    family_name = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80)
    birth_date = models.DateField(null=True)
    phone = models.CharField(max_length=40)
    search_text = models.TextField()

    class Meta:
        managed = False
        db_table = "scheduling_searched_patient"

    def __str__(self) -> str:
        return self.record_number
