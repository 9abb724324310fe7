"""What every room's ``api.py`` is made of: reading, answering, refusing, paging and describing."""
