"""Programs that are not of ours, and need not be everywhere."""

import shutil

import pytest

PUPPET = "/opt/puppetlabs/bin"  # its packages put nothing on the path


def needs(*programs: str) -> pytest.MarkDecorator:
    """Leave a test out where one of these programs is not installed."""
    missing = [
        each for each in programs if not (shutil.which(each) or shutil.which(each, path=PUPPET))
    ]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
