"""The numbers of a credit: of layered networks, and of any other by its recorded graph."""
