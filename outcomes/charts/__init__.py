"""Charts: one specification a chart, for the page, the PDF and the file (docs/decisions/0013-charts.md).

Functions take facts and return a ``Drawing``; ``rendering`` makes SVG, PNG or what the page's script draws of it.
"""
