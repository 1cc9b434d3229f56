"""A recorded function on arrays as machine code: groups of operations, eight examples at a time."""
