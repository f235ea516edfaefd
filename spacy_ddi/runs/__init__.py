"""Many documents, to a folder of tables that can be interrupted and gone on with."""
