"""The yardstick: an endpoint of Django REST framework that makes one insert and nothing else."""
