"""Databases as tables: what a query gives, by ADBC where it has a driver, else by SQLAlchemy."""
