"""`python -m lod` is `lod`."""

from lod.cli.main import main

if __name__ == "__main__":
    main()
