"""Messages that leave the service: how they are built, kept, sent and logged."""
