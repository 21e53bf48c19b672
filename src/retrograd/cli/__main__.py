"""`python -m retrograd.cli`: the command, where its script is not on the path."""

import sys

from retrograd.cli import main

sys.exit(main())
