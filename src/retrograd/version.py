"""The version of the package: written here, read by the build and by `retrograd.__version__`."""

__version__ = "0.1.0"
