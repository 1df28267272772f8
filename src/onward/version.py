"""The version of Onward."""

__version__ = "0.1.0"
