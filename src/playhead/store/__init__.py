"""Where does a recording live? In one database, reached through one object: the only SQL of the framework."""

from playhead.store.store import Store

__all__ = ["Store"]
