"""Taking in what another tool knows of old incidents: layouts, rows, and lives folded from them."""
