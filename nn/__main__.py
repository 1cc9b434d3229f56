"""`python -m nn` is the command `backprop`."""

import sys

from nn.cli import main

if __name__ == "__main__":
    sys.exit(main())
