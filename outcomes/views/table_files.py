"""Any table of an outcomes page as a file: CSV for a spreadsheet, Parquet for a program."""

from typing import cast

from django.http import Http404, HttpResponse

from kitclinic.access import StaffRequest
from kitclinic.parquet import Kind, Values, parquet_bytes, parquet_download, table_of
from kitclinic.spreadsheets import csv_download
from outcomes.queries.study import Cut
from outcomes.rules.table_export import Table, Told, sheet, typed_columns
from outcomes.views.selection import Selection


def table_file(
    request: StaffRequest, name: str, asked: Selection, table: Table, kind: str, *, cut: Cut
) -> HttpResponse:
    """Return the table a page shows as "csv" or "parquet" (OUT-45); another kind answers 404.

    name: what the table is, as a slug: "table-1". table: heading and rows of text. cut: ``cut(found, at)``.
    """
    told = told_of(name.replace("-", " ").capitalize(), asked, cut).lines
    stem = f"{name}-{asked.source.slug}-{asked.as_of}"
    if kind == "csv":
        return csv_download(f"{stem}.csv", sheet(told, table))
    if kind == "parquet":
        columns = {
            key: (cast("Kind", kind), cast("Values", values))
            for key, (kind, values) in typed_columns(table).items()
        }
        return parquet_download(f"{stem}.parquet", parquet_bytes(table_of(columns, told)))
    raise Http404


def told_of(title: str, asked: Selection, cut: Cut) -> Told:
    """Return what stands before every exported table."""
    source = asked.source
    return Told(
        title=title,
        source=", ".join(filter(None, (source.site.name, source.label))),
        as_of=str(asked.as_of),
        definitions=asked.definitions.sentence,
        definitions_digest=asked.definitions.digest,
        data_cut=f"{source.site.local(cut.at):%Y-%m-%d %H:%M %Z}",
        data_cut_digest=cut.digest,
        filters=asked.words,
        protocol=asked.protocol.name,
        simulated=source.is_simulated,
    )
