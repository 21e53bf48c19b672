"""The version of the package: written here, read by the build and by `retrograd.__version__`."""

__version__ = "0.1.0"

# What `torch.version` says beside: nothing here was built for a GPU.
cuda = hip = rocm = xpu = git_version = None
debug = False
