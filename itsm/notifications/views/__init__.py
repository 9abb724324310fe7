"""What people see of telling: the inbox, and the choices behind it."""
