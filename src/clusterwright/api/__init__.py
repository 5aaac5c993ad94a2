"""The REST API: requests to use cases, errors to problem documents. Decides nothing, calls only `service`."""
