"""The database: schema, migrations, the one writer, the projection and the queries. Only home of SQLAlchemy."""
