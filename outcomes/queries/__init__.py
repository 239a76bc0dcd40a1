"""Reads of outcomes, by page; import the module of the page."""
