"""What the staff's screens show; every count stops at a cap, so that no table makes it slow."""
