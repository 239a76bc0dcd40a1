"""Django's PostgreSQL backend, whose connections are told whose rows they may see."""
