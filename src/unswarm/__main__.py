"""`python -m unswarm` is the command `unswarm`."""

from unswarm.cli import main

if __name__ == "__main__":
    main()
