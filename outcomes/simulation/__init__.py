"""A simulated clinic: invented people whose days are driven through the real actions.

Nothing here runs outside a demonstration clinic.
"""
