"""What runs beside pipelines, on their machines: single files that need nothing but Python."""
