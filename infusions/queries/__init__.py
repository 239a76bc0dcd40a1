"""Reads of orders and charts."""
