"""Pictures of networks that are not layers: units in columns of time or depth, folded where there are many."""
