"""The units of any network, found in its recorded graph."""
