"""The four services. They know one another only by the events in `shared.contracts`."""
