"""What people type, checked for shape; whether it may be is asked by the actions."""
