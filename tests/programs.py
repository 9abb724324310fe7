"""Programs that are not of ours, and need not be everywhere."""

import shutil

import pytest

# The packages of Puppet put nothing on the path, and what serves is not on that of everybody.
BESIDES = "/opt/puppetlabs/bin:/usr/sbin"


def where(program: str) -> str:
    """Where the program is; empty when it is not installed."""
    return shutil.which(program) or shutil.which(program, path=BESIDES) or ""


def needs(*programs: str) -> pytest.MarkDecorator:
    """Leave a test out where one of these programs is not installed."""
    missing = [each for each in programs if not where(each)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")
