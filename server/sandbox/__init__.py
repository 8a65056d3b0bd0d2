"""A Kubernetes to play in: a small API server for laptops and tests, on SQLite.

It stores objects and tells watchers about them; it runs no containers and no controllers.
"""
