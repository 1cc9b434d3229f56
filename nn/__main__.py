"""`python -m nn` is the command `backprop`."""

import sys

from nn.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
