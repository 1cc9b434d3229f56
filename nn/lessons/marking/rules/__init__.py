"""The lines of a working in interval arithmetic: what is right, what follows, and what each mistake makes of them."""
