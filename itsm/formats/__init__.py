"""How days and times are written, where Django's own way would be that of one country."""
