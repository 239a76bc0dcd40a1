"""Reads of enrolment and schedule."""
