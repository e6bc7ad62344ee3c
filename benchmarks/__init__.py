"""The service measured against its floor, in the same run."""
