"""The HTTP API: one route table that routing, authorisation and the OpenAPI description are made from."""
